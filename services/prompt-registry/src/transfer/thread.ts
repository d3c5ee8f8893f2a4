/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export type { ParsedDocument, SortedDocument } from './document.ts';
export { type ExportOrder, exportAnswer } from './export-answer.ts';
export { type ImportBody, readDocument, readSorted, withVariablesAsText } from './read-document.ts';

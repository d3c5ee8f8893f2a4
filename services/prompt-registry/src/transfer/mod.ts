export { judgePlan } from './document-policies.ts';
export { ExportPrompts } from './export-prompts.ts';
export { HeavyDocuments } from './heavy-documents.ts';
export { ImportPrompts } from './import-prompts.ts';
export { PreviewImport } from './preview-import.ts';
export { transferRoutes } from './routes.ts';

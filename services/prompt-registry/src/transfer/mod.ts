export { ExportPrompts } from './export-prompts.ts';
export { HeavyDocuments } from './heavy-documents.ts';
export { ImportPrompts } from './import-prompts.ts';
export { transferRoutes } from './routes.ts';

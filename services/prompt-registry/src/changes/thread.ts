/** The face of this folder for worker threads. */
export type { ProgramColumns, SchemaColumns } from './program.ts';

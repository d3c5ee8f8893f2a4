/** The face of this folder for worker threads. */
export type { ProgramColumns } from './program.ts';

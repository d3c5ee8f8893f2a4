/** The face of this feature for worker threads: nothing of the database, nor of the service kit. */
export type { Questions } from './tasks.ts';

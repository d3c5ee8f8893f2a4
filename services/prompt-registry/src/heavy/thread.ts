/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { JsonPieces } from './json-pieces.ts';

/** The face of this feature for worker threads: nothing of the database, nor of the service kit. */
export { MAX_SNAPSHOT_BYTES, outputDigest } from './output.ts';

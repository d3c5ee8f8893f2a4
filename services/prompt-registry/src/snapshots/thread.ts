/** The face of this feature for worker threads: nothing of the database, nor of the service kit. */
export { renderSample, type SampleOrder, type SampleOutcome } from './render-sample.ts';

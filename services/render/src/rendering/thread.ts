/** The face of this feature for worker threads. */
export type { RenderOptions, RenderRequest } from './render-request.ts';
export { failureOf, renderedJson } from './rendered-json.ts';

/** The face of this feature for worker threads. */
export { policyOf } from './contract.ts';
export { ownJsonBytes } from './json-bytes.ts';
export { missingVariables, withMisplaced } from './missing-variables.ts';
export type { RenderOptions, RenderRequest } from './render-request.ts';
export { run, Warned } from './rendered-json.ts';

export { didYouMean } from './did-you-mean.ts';
export { jsonBytes } from './json-bytes.ts';
export { withMisplaced } from './missing-variables.ts';
export { errorOf, Refusal, violatedBy } from './refusal.ts';
export {
  execute,
  fetchVersion,
  HEAVY,
  learnSchema,
  locate,
  NEEDS_SCHEMA,
  ToFetch,
  type Wanted,
} from './render-prompt.ts';
export type { RenderOptions, RenderRequest } from './render-request.ts';
export { type Rendered, Warned } from './rendered-json.ts';

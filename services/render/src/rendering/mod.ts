export { errorOf, Refusal } from './refusal.ts';
export {
  execute,
  fetchVersion,
  HEAVY,
  locate,
  ToFetch,
  type Wanted,
} from './render-prompt.ts';
export type { RenderOptions, RenderRequest } from './render-request.ts';

export { errorOf, Refusal } from './refusal.ts';
export {
  execute,
  fetchVersion,
  HEAVY,
  locate,
  type RenderRequest,
  ToFetch,
  type Wanted,
} from './render-prompt.ts';

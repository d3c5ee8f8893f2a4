export { errorOf, Refusal } from './refusal.ts';
export {
  execute,
  fetchVersion,
  locate,
  type RenderRequest,
  ToFetch,
  type Wanted,
} from './render-prompt.ts';

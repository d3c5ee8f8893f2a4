export {
  execute,
  fetchVersion,
  locate,
  Refusal,
  type RenderRequest,
  ToFetch,
  type Wanted,
} from './render-prompt.ts';

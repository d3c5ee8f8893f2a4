/** The driver of the first-run story. An entry of its own, so that a client of the API does not load what starts a platform. */
export { type Answer, Api, type Method, type RequestOptions } from './api.ts';
export { Shape } from './shape.ts';
export {
  type Account,
  type Caller,
  type Content,
  type Key,
  newCredentials,
  type Operation,
  type Owner,
  PASSWORD,
  type Person,
  type Prompt,
  Story,
} from './story.ts';

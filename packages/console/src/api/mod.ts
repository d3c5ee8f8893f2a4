export { ApiError, isApiError, sentenceOf } from './api-error.ts';
export type { Answer, CallOptions, Reply, RequestBody } from './client.ts';
export { api, sessions } from './instances.ts';
export { ahead, outdated, pages, reading } from './queries.ts';
export type { Session } from './session.ts';
export { useUser } from './use-session.ts';

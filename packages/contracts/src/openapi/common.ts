/**
 * What all operations of the API description share: credentials, consistency headers, and the errors that any
 * request can get.
 */
import type { ErrorCode } from '../errors.ts';
import type { AuthClass, Tag } from '../route.ts';

export const tagDescriptions: { readonly [Name in Tag]: string } = {
  'API Keys': 'The keys that applications call px0 with.',
  Auth: 'Accounts and sessions.',
  Health: 'Whether the platform is reachable.',
  Inbox: 'What waits for a decision of the caller.',
  Organizations: 'Organizations and the people in them.',
  Profile: "The caller's own account.",
  'Prompt Payloads': 'Sample variables of a prompt.',
  'Prompt Renders': 'Rendering: what applications call.',
  'Prompt Versions': 'Versions of a prompt and their tags.',
  Prompts: 'Prompts of a team.',
  'Team Management': 'The teams of an organization.',
  Teams: 'Joining and leaving teams.',
  'User Management': 'The members of a team.',
};

export const securitySchemes = {
  session: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a session, from Login: `Authorization: Bearer sess_...`.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `Authorization: Bearer ak_...`.',
  },
};

/** The credentials that each auth class takes; an empty object means none. */
export const securityOf: { readonly [Auth in AuthClass]: readonly object[] } = {
  none: [],
  'optional-session': [{}, { session: [] }],
  session: [{ session: [] }],
  management: [{ session: [] }, { apiKey: [] }],
  content: [{ session: [] }, { apiKey: [] }],
};

export const parameters = {
  MinRevision: {
    name: 'Px0-Min-Revision',
    in: 'header',
    description:
      'A `Px0-Revision` of an earlier response: the answer should cover at least that revision. An empty value counts as absent.',
    schema: { type: 'string' },
  },
  Consistency: {
    name: 'Px0-Consistency',
    in: 'header',
    description:
      'With `require`, the answer is 503 if it does not cover `Px0-Min-Revision` or, without that header, if it may lack any write. An empty value counts as absent; any other is refused.',
    schema: { type: 'string', enum: ['require'] },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'An `ETag` of the version: the write is refused with 412 when the version has changed since. Omitted: no condition.',
    schema: { type: 'string', examples: ['"3f2a9c"', '*'] },
  },
};

export const headers = {
  'Px0-Revision': {
    description:
      'The revision that the answer covers; send it back as `Px0-Min-Revision` to read your own writes.',
    schema: { type: 'string' },
  },
  'Px0-Pending': {
    description: '`true`: the write is saved, but not yet visible to other services.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Px0-Stale': {
    description: '`true`: the answer may lack the latest writes.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': {
    description: 'The seconds after which to try again.',
    schema: { type: 'integer', minimum: 0 },
  },
  'Px0-Prompt-Version': {
    description: 'The number of the version that was rendered.',
    schema: { type: 'integer', minimum: 1 },
  },
  ETag: {
    description:
      'Changes with every change of the version; send it back as `If-Match` to overwrite only what you saw.',
    schema: { type: 'string' },
  },
  'RateLimit-Limit': {
    description: 'How many requests of this kind the caller may send in a window; absent without a limit.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Remaining': {
    description: 'How many of them are left in this window.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Reset': {
    description: 'The seconds until the next window.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Policy': {
    description: 'The limit and the length of its window in seconds.',
    schema: { type: 'string', examples: ['60000;w=60'] },
  },
  'X-Request-Id': {
    description: 'Finds this request in the logs; the one that the request carried, if it did.',
    schema: { type: 'string' },
  },
};

/** Every header of the API's responses; a browser must be allowed to show them to scripts. */
export const responseHeaders: readonly string[] = Object.keys(headers);

/** What any request may be answered with, after the errors of its operation. */
export const commonErrors: readonly ErrorCode[] = [
  'invalidRevision',
  'invalidConsistency',
  'tooManyRequests',
  'internalError',
  'serviceUnavailable',
  'revisionNotYetAvailable',
];

/** What a request with a body may be answered with, too. */
export const bodyErrors: readonly ErrorCode[] = ['requestBodyTooLarge'];

/** What a request whose path has parameters may be answered with, too: a parameter whose percent-encoding is broken. */
export const pathErrors: readonly ErrorCode[] = ['notFound'];

export const statusDescriptions: { readonly [status: number]: string } = {
  400: 'The request is not valid.',
  401: 'The credentials are missing, unknown or expired.',
  403: 'The caller may not do this.',
  404: 'There is no such thing, or the caller may not see it.',
  409: 'The request conflicts with what exists.',
  412: 'The precondition of the request does not hold.',
  413: 'The request body is larger than 4 MiB.',
  422: 'The request is well-formed, but the state of the thing or the template does not allow it.',
  429: 'Too many requests; try again after the time in `Retry-After`.',
  500: 'Something unexpected failed.',
  503: 'A part of the platform is away or behind; try again after the time in `Retry-After`.',
};

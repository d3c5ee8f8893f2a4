/**
 * What all operations of the API description share: credentials, consistency headers, and the errors that any
 * request can get.
 */
import type { ErrorCode } from '../errors.ts';
import { hintNames, mostHintBytes } from '../hint.ts';
import type { AuthClass, Tag } from '../route.ts';
import { policyLimits } from '../schemas/policies.ts';
import { usageLimits } from '../usage.ts';

export const tagDescriptions: { readonly [Name in Tag]: string } = {
  'API Keys': 'The keys that applications use to call px0.',
  Audit: 'The audit chains of an organization.',
  Auth: 'Accounts and sessions.',
  Delivery: 'The prompts that a caller may render, for applications that render in their own process.',
  Health: 'Whether the platform is reachable.',
  Inbox: 'Requests that await a decision by the caller.',
  Organizations: 'Organizations and the people in them.',
  Profile: "The caller's own account.",
  'Change Requests': 'Proposed changes of prompts, their reviews and comments.',
  'Prompt Payloads': 'Sample variables of a prompt.',
  'Prompt Policies': 'What has to hold before a prompt is changed in a way that callers notice.',
  'Prompt Renders': 'Rendering, for applications.',
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
    description: 'The session token that Login returns: `Authorization: Bearer sess_...`.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `Authorization: Bearer ak_...`.',
  },
};

/** The credentials that each auth class accepts; an empty object means none. */
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
      'An `ETag` of what is written. The write fails with 412 if it has changed since. Default: no condition.',
    schema: { type: 'string', examples: ['"3f2a9c"', '*'] },
  },
  BreakGlass: {
    name: 'Px0-Break-Glass',
    in: 'header',
    description: `Why the change cannot wait for what the policies of the prompt demand, percent-encoded UTF-8 of at most ${policyLimits.reasonBytes} bytes. Makes the change at once if each of these policies lets the caller do so. Default: the policies hold.`,
    schema: { type: 'string', examples: ['outage%20INC-7'] },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'The `ETag` of an earlier response. The response is 304 with an empty body if nothing has changed since. Default: no condition.',
    schema: { type: 'string', examples: ['"9f3c5a8b01d2e4f7.57"'] },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description:
      'The `id` of the last event that was received: only what has changed since is sent. A text that is no revision counts as absent.',
    schema: { type: 'string' },
  },
  Service: {
    name: 'Px0-Service',
    in: 'header',
    description: `The name of the application that renders, under which its use of the version is listed. Cut to ${usageLimits.serviceName} characters.`,
    schema: { type: 'string', examples: ['checkout'] },
  },
};

export const headers = {
  'Px0-Revision': {
    description:
      'The revision that the response covers. Send it back as `Px0-Min-Revision` to read your own writes.',
    schema: { type: 'string' },
  },
  'Px0-Pending': {
    description: '`true` if the write is saved, but other services may not see it yet.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Px0-Stale': {
    description: '`true` if the response may lack the latest writes.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': {
    description: 'The number of seconds to wait before retrying.',
    schema: { type: 'integer', minimum: 0 },
  },
  'Px0-Prompt-Version': {
    description: 'The number of the rendered version.',
    schema: { type: 'integer', minimum: 1 },
  },
  'Px0-Contract': {
    description:
      'What is wrong with the variables, as the JSON of a `ContractViolation` in ASCII. Absent if nothing is, or if the contract of the prompt and of the request are off.',
    schema: {
      type: 'string',
      examples: ['{"missing":[{"path":"mood","given":"moood"}],"unknown":[],"invalid":[]}'],
    },
  },
  'Px0-Hint': {
    description: [
      `What may help the caller, in ASCII and at most ${mostHintBytes} bytes: \`NAME=ITEM,ITEM; NAME=ITEM\`, items in percent-encoded UTF-8. Absent if there is nothing to say. Names may be added.`,
      ...Object.entries(hintNames).map(([name, meaning]) => `- \`${name}\`: ${meaning}`),
    ].join('\n'),
    schema: {
      type: 'string',
      examples: ['did-you-mean=tone_check', 'missing-variables=categories,ticket'],
    },
  },
  'Px0-Dropped': {
    description: 'The number of rows that were not counted. Absent if all were.',
    schema: { type: 'integer', minimum: 1 },
  },
  'Px0-Audit-Head': {
    description:
      'The last entry of the chain: its number, a colon, and its hash. `0:` and the hash that the chain starts from if it has no entry.',
    schema: { type: 'string', examples: [`4711:${'9f'.repeat(32)}`] },
  },
  ETag: {
    description:
      'Changes whenever what was read changes. Send it back as `If-Match` to overwrite only the version that you have read, or as `If-None-Match` to read a snapshot only if it differs.',
    schema: { type: 'string' },
  },
  'RateLimit-Limit': {
    description:
      'The number of requests of this kind that the caller may send per window. Absent if there is no limit.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Remaining': {
    description: 'The number of requests left in the current window.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Reset': {
    description: 'The number of seconds until the next window.',
    schema: { type: 'integer', minimum: 0 },
  },
  'RateLimit-Policy': {
    description: 'The limit, and the length of its window in seconds.',
    schema: { type: 'string', examples: ['60000;w=60'] },
  },
  'X-Request-Id': {
    description: 'The id of this request in the logs; the one that the request carried, if any.',
    schema: { type: 'string' },
  },
};

/** Every header of the API's responses. CORS must expose them to scripts in a browser. */
export const responseHeaders: readonly string[] = Object.keys(headers);

/** Errors that any request can get, after those of its operation. */
export const commonErrors: readonly ErrorCode[] = [
  'invalidRevision',
  'invalidConsistency',
  'tooManyRequests',
  'internalError',
  'serviceUnavailable',
  'revisionNotYetAvailable',
];

/** Further errors of requests with a body. */
export const bodyErrors: readonly ErrorCode[] = ['requestBodyTooLarge'];

/** Further errors of requests with path parameters, whose percent-encoding may be broken. */
export const pathErrors: readonly ErrorCode[] = ['notFound'];

export const statusDescriptions: { readonly [status: number]: string } = {
  304: 'Nothing has changed since the response whose `ETag` was sent.',
  400: 'The request is invalid.',
  401: 'The credentials are missing, unknown or expired.',
  403: 'The caller may not do this.',
  404: 'The resource does not exist, or the caller may not see it.',
  409: 'The request conflicts with existing data.',
  412: 'The precondition of the request failed.',
  413: 'The request body is larger than 4 MiB.',
  422: 'The request is well-formed, but the state of the resource or the template does not allow it.',
  429: 'Too many requests. Retry after the time in `Retry-After`.',
  500: 'An unexpected error occurred.',
  503: 'Part of the platform is unavailable or behind. Retry after the time in `Retry-After`.',
};

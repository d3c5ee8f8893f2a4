/**
 * Checks a response against the API description, for tests: its status, error and headers are documented for the
 * operation, and its body matches the schema. A test helper that checks every response keeps the description honest.
 */
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type ErrorCode, errorCatalog } from './errors.ts';
import { matchRoute } from './match-route.ts';
import { buildOpenApi, type OpenApiResponse } from './openapi/build-openapi.ts';
import { headers as headerComponents } from './openapi/common.ts';

export interface SeenResponse {
  readonly method: string;
  /** Path and query as they were asked for. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}

/** A response that the API description does not know. */
export class UndescribedResponseError extends Error {
  override readonly name = 'UndescribedResponseError';
}

/** @throws UndescribedResponseError when the API description does not know this response; paths outside `/v1` have none */
export function expectDescribed(seen: SeenResponse): void {
  const problems = checkResponse(seen);
  if (problems.length === 0) return;
  const exchange = `${seen.method} ${seen.path} was answered with ${seen.status}: ${seen.text.slice(0, 1_000)}`;
  throw new UndescribedResponseError(`${problems.join('\n')}\n${exchange}`);
}

/** What the API description does not know of a response, one sentence each. */
export function checkResponse(seen: SeenResponse): string[] {
  const path = seen.path.split('?', 1)[0] ?? '';
  if (!/^\/v1(?:\/|$)/i.test(path)) return [];
  const match = matchRoute(seen.method, path);
  if (match === undefined || !('route' in match)) return checkStranger(seen);
  const { route } = match;
  const response = buildOpenApi().paths[route.path]?.[route.method.toLowerCase()]?.responses[seen.status];
  if (response === undefined) return [`${route.operationId} documents no status ${seen.status}`];
  const pointer = ['paths', route.path, route.method.toLowerCase(), 'responses', String(seen.status)];
  return [
    ...checkHeaders(route.operationId, response, seen),
    ...(seen.method === 'HEAD' ? [] : checkBody(route.operationId, response, pointer, seen)),
  ].map((problem) => `${route.operationId} ${seen.status}: ${problem}`);
}

/** Where no operation is: what a path or a method that does not exist is answered with. */
const strangerErrors: readonly ErrorCode[] = [
  'unauthorized',
  'forbidden',
  'userNotVerified',
  'notFound',
  'methodNotAllowed',
  'invalidRevision',
  'invalidConsistency',
  'requestBodyTooLarge',
  'tooManyRequests',
  'serviceUnavailable',
  'revisionNotYetAvailable',
];

function checkStranger({ method, status, text }: SeenResponse): string[] {
  // A preflight.
  if (method === 'OPTIONS' && status === 204) return [];
  const isKnown = strangerErrors.some((code) => {
    const { status: expected, message } = errorCatalog[code];
    return status === expected && (method === 'HEAD' || text === JSON.stringify({ error: message }));
  });
  return isKnown ? [] : ['not an answer for a path or a method that does not exist'];
}

/** Headers that are part of the API; the description must name them wherever they are sent. */
const apiHeaders: ReadonlyMap<string, { readonly pattern?: RegExp }> = new Map(
  Object.entries(headerComponents).map(([name, { schema }]) => [
    name.toLowerCase(),
    { ...(schema.type === 'integer' && { pattern: /^\d+$/ }) },
  ]),
);

function checkHeaders(
  operation: string,
  response: OpenApiResponse,
  { headers, status }: SeenResponse,
): string[] {
  const documented = new Set(Object.keys(response.headers ?? {}).map((name) => name.toLowerCase()));
  const problems: string[] = [];
  for (const [name, value] of headers) {
    const isPartOfApi = name.startsWith('px0-') || apiHeaders.has(name);
    if (isPartOfApi && !documented.has(name)) problems.push(`${operation} documents no header ${name}`);
    if (apiHeaders.get(name)?.pattern?.test(value) === false)
      problems.push(`${name}: ${value} is no integer`);
  }
  if ((status === 429 || status === 503) && !headers.has('retry-after')) problems.push('without Retry-After');
  return problems;
}

function checkBody(
  operation: string,
  { content }: OpenApiResponse,
  pointer: readonly string[],
  { headers, text, status }: SeenResponse,
): string[] {
  const [mediaType, described] = Object.entries(content ?? {})[0] ?? [];
  if (mediaType === undefined) return text === '' ? [] : ['a body where none is documented'];
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim();
  if (type !== mediaType) return [`the content type is ${type} and not ${mediaType}`];
  if (mediaType !== 'application/json') {
    const place = [...pointer, 'content', mediaType, 'schema'];
    return framesIn(text).flatMap((frame) =>
      frame === undefined ? ['a frame is no JSON'] : violations(place, frame),
    );
  }
  const body = parse(text);
  if (body === undefined) return ['the body is no JSON'];
  const problems = violations([...pointer, 'content', mediaType, 'schema'], body);
  const codes = Object.keys(described?.examples ?? {});
  const isError = status >= 400 && problems.length === 0;
  if (isError && !codes.some((code) => isMessageOf(code, body))) {
    problems.push(`${operation} does not document this error`);
  }
  return problems;
}

/** The frames of a sequence: the lines of newline-delimited JSON, or the data of server-sent events. */
function framesIn(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') || line.startsWith('data:'))
    .map((line) => parse(line.replace(/^data: ?/, '')));
}

function isMessageOf(code: string, body: unknown): boolean {
  const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
  const entry = Object.entries(errorCatalog).find(([name]) => name === code)?.[1];
  if (entry === undefined || typeof error !== 'string') return false;
  return 'detail' in entry ? error.startsWith(`${entry.message}: `) : error === entry.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

let ajv: Ajv2020.default | undefined;

/** Where the value at a place of the description differs from its schema. */
function violations(pointer: readonly string[], value: unknown): string[] {
  ajv ??= createAjv();
  const escaped = pointer.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.getSchema(`openapi#/${escaped.join('/')}`);
  if (validate === undefined) return ['the schema is missing'];
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || 'the body'} ${message}`,
  );
}

function createAjv(): Ajv2020.default {
  // A document of OpenAPI is no schema itself, and its schemas carry keywords of documentation.
  const created = new Ajv2020.default({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(created);
  created.addSchema({ ...buildOpenApi(), $id: 'openapi' });
  return created;
}

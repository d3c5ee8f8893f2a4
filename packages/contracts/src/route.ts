/**
 * What a route is, and how it is declared. Validation, the gateway's table, the API description and the generated
 * clients all come from that one declaration.
 */
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** The processes of the platform. */
export type ServiceName = 'identity' | 'tenancy' | 'prompt-registry' | 'render' | 'gateway';

/**
 * Who may call: `none` (the header is not read), `optional-session` (register), `session` (a verified user's session),
 * `management` (a verified user's session, or a key with operation `all` or `admin`), `content` (a verified user's
 * session or any key).
 */
export type AuthClass = 'none' | 'optional-session' | 'session' | 'management' | 'content';

/** What a call costs, for rate limits. */
export type CostClass = 'auth' | 'write' | 'read' | 'render';

/** How long an answer may take to begin. `stream`: it begins soon, and then goes on for as long as the client listens. */
export type Patience = 'ordinary' | 'long' | 'stream';

/** Request headers that only some operations look at. */
export type ConditionHeader = 'If-None-Match' | 'Last-Event-ID';

/** Response headers that only some operations have. */
export type SuccessHeader = 'ETag' | 'Px0-Prompt-Version' | 'Px0-Contract' | 'Px0-Dropped' | 'Px0-Audit-Head';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Tag =
  | 'API Keys'
  | 'Audit'
  | 'Auth'
  | 'Change Requests'
  | 'Delivery'
  | 'Health'
  | 'Inbox'
  | 'Organizations'
  | 'Profile'
  | 'Prompt Payloads'
  | 'Prompt Policies'
  | 'Prompt Renders'
  | 'Prompt Versions'
  | 'Prompts'
  | 'Team Management'
  | 'Teams'
  | 'User Management';

export type ParamDefinition =
  | { readonly kind: 'uuid'; readonly error: ErrorCode; readonly description: string }
  | { readonly kind: 'text'; readonly description: string };

/** A path parameter that must be a UUID; any other text is answered with `error`. */
export function uuidParam(
  error: 'invalidId' | 'invalidPromptId' | 'invalidPayloadId',
  description: string,
): ParamDefinition {
  return { kind: 'uuid', error, description };
}

/** A path parameter that may be any text (a slug, a tag, a version reference). */
export function textParam(description: string): ParamDefinition {
  return { kind: 'text', description };
}

export interface RouteDefinition {
  readonly operationId: string;
  readonly tag: Tag;
  readonly method: HttpMethod;
  /** As in `/v1/prompts/{id}`; static segments in lower case. */
  readonly path: string;
  readonly owner: ServiceName;
  readonly auth: AuthClass;
  readonly cost: CostClass;
  /** The operation's name in the documentation. */
  readonly summary: string;
  readonly description: string;
  /** In path order, which is the order of their checks. */
  readonly params: { readonly [name: string]: ParamDefinition };
  /** Raw texts; commands interpret them. */
  readonly query: z.ZodObject;
  /** Null: the body is never looked at. */
  readonly body: z.ZodObject | null;
  /** `optional`: a request without a body, or with one that is not JSON, counts as one with an empty object. */
  readonly bodyPresence: 'required' | 'optional';
  /** The most bytes that the body may have, where that is less than other bodies may. */
  readonly bodyLimit?: number;
  /**
   * How numbers below `body`'s any-JSON fields are kept: as 64-bit floats (the default; one beyond their range makes the
   * body invalid), or as they were written.
   */
  readonly numbers: 'float' | 'exact';
  /** `long`: the work grows with what it is applied to, so that the gateway waits longer for the answer to begin. */
  readonly patience: Patience;
  /** What the answer depends on besides the headers that every request may have. With `If-None-Match` it may be 304. */
  readonly conditions: readonly ConditionHeader[];
  /** What a success carries besides the headers that every response does. */
  readonly successHeaders: readonly SuccessHeader[];
  /**
   * `media`: the body is no JSON document but a sequence of frames, each of which has the schema; generated clients leave such operations
   * out.
   */
  readonly success: {
    readonly status: 200 | 201 | 204;
    readonly schema: z.ZodType | null;
    readonly media?: 'application/x-ndjson' | 'text/event-stream';
  };
  /** Every error of the route in the order of the specification, those of its auth class first. */
  readonly errors: readonly ErrorCode[];
}

type DefaultedKey =
  | 'params'
  | 'query'
  | 'body'
  | 'bodyPresence'
  | 'numbers'
  | 'patience'
  | 'conditions'
  | 'successHeaders';
type Declaration = Omit<RouteDefinition, 'operationId' | 'tag' | 'owner' | DefaultedKey> &
  Partial<Pick<RouteDefinition, DefaultedKey>>;

type Completed<D extends Declaration, Id> = Omit<D, DefaultedKey | 'errors'> & {
  readonly operationId: Id;
  readonly tag: Tag;
  readonly owner: ServiceName;
  readonly params: D extends { readonly params: infer P } ? P : Record<never, ParamDefinition>;
  readonly query: D extends { readonly query: infer Q } ? Q : z.ZodObject<Record<never, z.ZodType>>;
  readonly body: D extends { readonly body: infer B } ? B : null;
  readonly bodyPresence: D extends { readonly bodyPresence: infer P } ? P : 'required';
  readonly numbers: 'float' | 'exact';
  readonly patience: Patience;
  readonly conditions: readonly ConditionHeader[];
  readonly successHeaders: readonly SuccessHeader[];
  readonly errors: readonly ErrorCode[];
};

/** What the auth class of a route refuses, in order, before anything that the route itself checks. */
const classErrors: { readonly [Class in AuthClass]: readonly ErrorCode[] } = {
  none: [],
  'optional-session': [],
  session: ['unauthorized', 'userNotVerified'],
  management: ['unauthorized', 'userNotVerified', 'forbidden'],
  content: ['unauthorized', 'userNotVerified'],
};

/**
 * Declares the routes of one area. The keys are the operation ids. `errors` lists what the route itself answers, in
 * the order of the specification; the errors of its auth class are put before them.
 */
export function defineRoutes<const Table extends { readonly [operationId: string]: Declaration }>(
  area: { readonly tag: Tag; readonly owner: ServiceName },
  table: Table,
): { readonly [Id in keyof Table]: Completed<Table[Id], Id> } {
  const completed = Object.fromEntries(
    Object.entries(table).map(([operationId, declaration]) => [
      operationId,
      {
        params: {},
        query: z.object({}),
        body: null,
        bodyPresence: 'required',
        numbers: 'float',
        patience: 'ordinary',
        conditions: [],
        successHeaders: [],
        ...declaration,
        operationId,
        tag: area.tag,
        owner: area.owner,
        errors: [...new Set([...classErrors[declaration.auth], ...declaration.errors])],
      } satisfies RouteDefinition,
    ]),
  );
  // Object.fromEntries forgets which key has which value; each value was completed exactly as the type says.
  return completed as unknown as { readonly [Id in keyof Table]: Completed<Table[Id], Id> };
}

type Flatten<T> = { [K in keyof T]: T[K] };

/** The decoded path parameters of a route; UUIDs in lower case. */
export type ParamsOf<R extends { readonly params: object }> = { readonly [K in keyof R['params']]: string };

/** The raw query parameters of a route. */
export type QueryOf<R extends { readonly query: z.ZodType }> = z.infer<R['query']>;

type Lenient<T> = Flatten<{ readonly [K in keyof T]?: Exclude<T[K], undefined> }>;

/** A body whose types were checked. Every field may be absent: the command answers for a missing one. */
export type BodyOf<R extends { readonly body: z.ZodType | null }> = R['body'] extends z.ZodType
  ? Lenient<z.infer<R['body']>>
  : Record<never, never>;

/** What a client sends: the declared fields, the required ones required. */
export type RequestOf<R extends { readonly body: z.ZodType | null }> = R['body'] extends z.ZodType
  ? z.input<R['body']>
  : Record<never, never>;

/** What a handler returns: the success body, or undefined for a 204. */
export type ReplyOf<R extends { readonly success: { readonly schema: z.ZodType | null } }> =
  R['success']['schema'] extends z.ZodType ? z.infer<R['success']['schema']> : undefined;

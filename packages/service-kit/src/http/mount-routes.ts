/**
 * Serves contract routes: finds the route and then, inside the wrapper, authenticates, reads parameters and body, and runs the
 * handler. The order is the contract's order of refusals, written once, here.
 */
import {
  type ErrorCode,
  type Hint,
  matchRoute,
  type ParamDefinition,
  parseUuid,
  type QueryOf,
  type RouteDefinition,
  readQuery,
  routes,
} from '@px0/contracts';
import type express from 'express';
import { ApiError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { logAccess } from './access-log.ts';
import { RequestBody } from './body-of-route.ts';
import { replyOfError } from './error-reply.ts';
import type { Handler, HandlerContext, Handlers, RequestWrapper } from './handler.ts';
import { type Reply, sendReply } from './reply.ts';
import { pathOf, queryPairsOf, requestIdOf, withoutNul } from './request-meta.ts';
import { noteRoute } from './request-metrics.ts';

export interface MountOptions<P> {
  readonly handlers: Handlers<P>;
  /** Throws ApiError for 401 and 403. Runs before parameters and body are looked at. */
  authenticate(route: RouteDefinition, req: express.Request): Promise<P> | P;
  /** Runs after the path's parameters were parsed (a key without acting user is refused there). */
  afterParams?(route: RouteDefinition, principal: P): Promise<void> | void;
  /** What may help a caller who was refused, where the refusal does not say it; `route`: what was asked for, or stands for it. */
  hintOf?(code: ErrorCode, route: RouteDefinition, req: express.Request): Hint | undefined;
  readonly around?: RequestWrapper;
  /** Below these paths an unknown one is authenticated (by the class of the routes below the prefix) before it is a 404 or 405. */
  readonly prefixes: readonly string[];
  readonly logger?: Logger;
  /** Networks whose `X-Forwarded-For` is believed, as express' `trust proxy` takes them. */
  readonly trustedProxies?: readonly string[];
}

/** A contract route whose handler's own types were checked where the handlers were written. */
interface ServedRoute<P> {
  readonly definition: RouteDefinition;
  readonly handler: Handler<RouteDefinition, P>;
}

type Served<P> = ReadonlyMap<string, ServedRoute<P>>;

/** What a path is to this service. A route of another service is unknown here. */
type Found<P> =
  | {
      readonly kind: 'route';
      readonly route: ServedRoute<P>;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

interface Exchange<P> {
  readonly req: express.Request;
  readonly res: express.Response;
  readonly found: Found<P>;
  /** The route whose auth class an unknown path or a wrong method is judged by; undefined: not judged. */
  readonly guard: RouteDefinition | undefined;
  readonly body: RequestBody | undefined;
  readonly requestId: string;
  readonly logger: Logger;
}

/** An unknown path below it is refused here, so that the refusal has what the wrapper adds to every answer of the API. */
const API_PREFIX = '/v1';

/**
 * Mounts the routes that `handlers` names. A path that is no route, below no prefix and not of the API is left to the app's next handler.
 *
 * @throws Error for a handler of an operation that the contract does not have
 */
export function mountRoutes<P>(app: express.Express, options: MountOptions<P>): void {
  const served = servedRoutes(options.handlers);
  const guards = options.prefixes
    .map((prefix) => prefix.toLowerCase())
    .map((prefix) => ({ prefix, route: guardOf(prefix, served) }));
  const logger = options.logger ?? silentLogger();
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', options.trustedProxies ?? ['loopback']);

  app.use((req, res, next) => {
    const path = pathOf(req.url);
    const found = find(served, req.method, path);
    const guard = found.kind === 'route' ? undefined : guardFor(path, guards);
    const requestId = requestIdOf(req);
    res.setHeader('X-Request-Id', requestId);
    if (found.kind === 'unknown' && guard === undefined && !isBelow(path.toLowerCase(), API_PREFIX)) {
      next();
      return;
    }
    const route = found.kind === 'route' ? found.route.definition.path : found.kind;
    if (found.kind === 'route') noteRoute(req, res, route);
    logAccess(req, res, logger, { requestId, route });
    // An answer depends on who asks, and may carry a secret: no cache keeps it.
    res.setHeader('Cache-Control', 'no-store');
    const body = found.kind === 'route' ? new RequestBody(req, found.route.definition) : undefined;
    const exchange = {
      req,
      res,
      found,
      guard,
      body,
      requestId,
      logger: logger.child({ request_id: requestId }),
    };
    answer(exchange, res, options).then((reply) => sendReply(req, res, reply), next);
  });
}

async function answer<P>(
  exchange: Exchange<P>,
  res: express.Response,
  options: MountOptions<P>,
): Promise<Reply> {
  const run = async (): Promise<Reply> => {
    try {
      return await decide(exchange, options);
    } catch (error) {
      const route = exchange.found.kind === 'route' ? exchange.found.route.definition : exchange.guard;
      const { hintOf } = options;
      return replyOfError(
        error,
        exchange.logger,
        route && hintOf && ((code) => hintOf(code, route, exchange.req)),
      );
    }
  };
  if (options.around === undefined) return run();
  try {
    return await options.around(exchange.req, res, run);
  } catch (error) {
    return replyOfError(error, exchange.logger);
  }
}

async function decide<P>(exchange: Exchange<P>, options: MountOptions<P>): Promise<Reply> {
  const { req, found, guard } = exchange;
  if (found.kind !== 'route') {
    if (guard !== undefined) await options.authenticate(guard, req);
    if (found.kind === 'unknown') throw new ApiError('notFound');
    const { status, publicMessage } = new ApiError('methodNotAllowed');
    return { status, body: { error: publicMessage }, headers: { Allow: found.allowed.join(', ') } };
  }
  const { definition, handler } = found.route;
  const principal = await options.authenticate(definition, req);
  const params = parseParams(definition, found.params);
  await options.afterParams?.(definition, principal);
  const query = parseQuery(definition, req.url);
  await exchange.body?.read();
  const headers: Record<string, string> = {};
  const body = await handler(contextOf(exchange, principal, { params, query }, headers));
  return {
    status: definition.success.status,
    body: definition.success.status === 204 ? undefined : body,
    headers,
  };
}

function contextOf<P>(
  { req, res, body, requestId, logger }: Exchange<P>,
  principal: P,
  { params, query }: Pick<HandlerContext<RouteDefinition, P>, 'params' | 'query'>,
  headers: Record<string, string>,
): HandlerContext<RouteDefinition, P> {
  return {
    principal,
    params,
    query,
    body: () => body?.parsed() ?? {},
    bodyBytes: () => body?.bytes() ?? Buffer.alloc(0),
    get signal() {
      const gone = new AbortController();
      if (res.destroyed) gone.abort();
      else res.once('close', () => gone.abort());
      return gone.signal;
    },
    header: (name) => {
      const value = req.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    setHeader: (name, value) => {
      headers[name] = value;
    },
    requestId,
    logger,
    get address() {
      return req.ip ?? '';
    },
  };
}

/** In path order, since the first bad one answers. @throws ApiError the parameter's own error */
function parseParams(
  route: RouteDefinition,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(route.params).map(([name, definition]) => [
      name,
      parseParam(definition, values[name] ?? ''),
    ]),
  );
}

/** @throws ApiError the error of the parameter whose value is not understood */
function parseQuery(route: RouteDefinition, target: string): QueryOf<RouteDefinition> {
  const reading = readQuery(route, queryPairsOf(target));
  if (reading.refusal !== undefined) throw new ApiError(reading.refusal);
  return reading.query;
}

function parseParam(definition: ParamDefinition, text: string): string {
  if (definition.kind === 'text') return withoutNul(text);
  const id = parseUuid(text);
  if (id === undefined) throw new ApiError(definition.error);
  return id;
}

function servedRoutes<P>(handlers: Handlers<P>): Served<P> {
  const table: Readonly<Record<string, RouteDefinition>> = routes;
  const served = new Map<string, ServedRoute<P>>();
  for (const [operationId, handler] of Object.entries(handlers)) {
    const definition = table[operationId];
    if (definition === undefined) throw new Error(`the contract has no operation ${operationId}`);
    // Each handler was checked against its own route where it was written; the table forgets which is whose.
    served.set(operationId, { definition, handler: handler as Handler<RouteDefinition, P> });
  }
  return served;
}

function find<P>(served: Served<P>, method: string, path: string): Found<P> {
  const match = matchRoute(method, path);
  if (match === undefined) return { kind: 'unknown' };
  if ('known' in match) return { kind: 'wrong-method', allowed: match.known };
  const route = served.get(match.route.operationId);
  return route === undefined ? { kind: 'unknown' } : { kind: 'route', route, params: match.params };
}

interface Guard {
  readonly prefix: string;
  readonly route: RouteDefinition | undefined;
}

/**
 * The route that stands for a prefix: unknown paths below it are authenticated as this one is. One that is served here comes first; a service
 * may also own a prefix whose routes it serves by other means.
 */
function guardOf<P>(prefix: string, served: Served<P>): RouteDefinition | undefined {
  const own = [...served.values()].map((route) => route.definition);
  return [...own, ...Object.values(routes)].find(
    (route) => isBelow(route.path.toLowerCase(), prefix) && route.auth !== 'none',
  );
}

function guardFor(path: string, guards: readonly Guard[]): RouteDefinition | undefined {
  return guards.find(({ prefix }) => isBelow(path.toLowerCase(), prefix))?.route;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** What a route handler gets and returns. It knows the contract's types and nothing of `req` and `res`. */
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteDefinition, routes } from '@px0/contracts';
import type express from 'express';
import type { Logger } from '../logger.ts';
import type { Reply, SerializedJson } from './reply.ts';

export interface HandlerContext<R extends RouteDefinition, P> {
  /** What `authenticate` returned. */
  readonly principal: P;
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  /** The request body, checked against the route's schema. @throws ApiError invalidRequestBody */
  body(): BodyOf<R>;
  /** The request body as it came, for a handler that has it parsed elsewhere. @throws ApiError invalidRequestBody for what cannot be JSON */
  bodyBytes(): Buffer;
  /** Aborted when the caller goes away before the answer. */
  readonly signal: AbortSignal;
  /** A request header by its name in any case; undefined when absent. */
  header(name: string): string | undefined;
  /** Sets a header of the answer, on success only: a refusal after it does not carry it. */
  setHeader(name: string, value: string): void;
  readonly requestId: string;
  readonly logger: Logger;
  /** The client's address; behind a trusted proxy, the one that it names. */
  readonly address: string;
}

/** Answers a request with the body of the route's success, which may be serialised already, or throws an ApiError. */
export type Handler<R extends RouteDefinition, P> = (
  context: HandlerContext<R, P>,
) => Promise<ReplyOf<R> | SerializedJson> | ReplyOf<R>;

type Routes = typeof routes;
export type OperationId = keyof Routes;

/** Handlers by operation id; a feature exports such an object and `compose.ts` spreads them into one. */
export type Handlers<P> = { readonly [Id in OperationId]?: Handler<Routes[Id], P> };

/**
 * Wraps the decision of a request (authentication, parameters, handler). `run` never rejects: a refusal is a reply, too. It
 * may be called again, when the wrapper holds that the decision rested on stale facts. What the wrapper throws is mapped to
 * an answer; headers that it sets on `res` are sent with whatever reply it returns.
 */
export type RequestWrapper = (
  req: express.Request,
  res: express.Response,
  run: () => Promise<Reply>,
) => Promise<Reply>;

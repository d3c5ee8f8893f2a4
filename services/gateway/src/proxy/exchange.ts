/**
 * One request on its way through the gateway: sent to a replica, answered by streaming, sent once more elsewhere when a connection
 * fails and a repetition is harmless, and abandoned when the client leaves. It is itself the handler of undici's callbacks, since
 * this is the hot path: no promise chain, no stream pair, no copy per request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Patience } from '@px0/contracts';
import type { Dispatcher } from 'undici';
import type { IncomingHttpHeaders } from 'undici/types/header.d.ts';
import type { OpenStream } from '../streams/stream-room.ts';
import {
  ClientFaultError,
  ClientGoneError,
  isClientFault,
  isConnectionFailure,
  TooManyStreamsError,
  UpstreamOutError,
} from '../upstreams/failures.ts';
import type { Replica } from '../upstreams/replica.ts';
import type { Upstream, Waiting } from '../upstreams/upstream.ts';
import { appendResponseHeaders } from './response-headers.ts';

export interface Outbound {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | undefined;
  /** May be sent again even when the upstream might have received it. */
  readonly repeatable: boolean;
  /** How long the answer may take to begin. */
  readonly patience: Patience;
}

export interface ExchangeHooks {
  /** The gateway's own headers of the answer (names and values in turn); the list is appended to. */
  ownHeaders(): string[];
  /** Learns the revision of the answer, if it tells one. */
  seeAnswer(revision: string | undefined): void;
  /** Present for streams. */
  readonly stream?: StreamHooks;
  /** Answers when no upstream did. Called at most once, and never after the client left. */
  fail(error: unknown): void;
}

export interface StreamHooks {
  /** Whether the answer's owner may have one more stream; it is counted then. */
  own(owner: string | undefined): boolean;
  /** The stream is over, or did not come about. */
  closed(): void;
}

/** The header by which a service names whose stream it is. */
export const STREAM_OWNER = 'x-px0-stream-owner';

/** The interim status of a service that has begun what takes long. */
const PROCESSING = 102;

/** Of a replica that takes no stream, since it stops or is full. */
const UNAVAILABLE = 503;

/** First attempt, and one more. */
const MAX_ATTEMPTS = 2;

export class Exchange implements Dispatcher.DispatchHandler, Waiting, OpenStream {
  readonly startedAt = performance.now();
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #upstream: Upstream;
  readonly #outbound: Outbound;
  readonly #hooks: ExchangeHooks;
  #patience: Patience;
  #replica: Replica | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #attempts = 0;
  #sent = false;
  #clientGone = false;
  #expired = false;
  #isOver = false;
  /** Where the request is sent once more. */
  #next: Replica | undefined;
  /** Where a stream is asked for after an answer that has none. */
  #elsewhere: Replica | undefined;
  /** Bytes of the answer's body that are still to come; NaN when it did not declare its length. */
  #expected = Number.NaN;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    upstream: Upstream,
    outbound: Outbound,
    hooks: ExchangeHooks,
  ) {
    this.#req = req;
    this.#res = res;
    this.#upstream = upstream;
    this.#outbound = outbound;
    this.#hooks = hooks;
    this.#patience = outbound.patience;
  }

  /** Sends the request. It is answered, by the upstream or by `hooks.fail`, unless the client leaves. */
  start(): void {
    this.#res.once('close', this.#onClientClose);
    this.#waiting.add(this);
    const replica = this.#pick();
    if (replica !== undefined) this.#attempt(replica);
    else this.#onFailure(this.#noReplica());
  }

  /** Ends a stream in good order. */
  finish(): void {
    if (this.#res.headersSent) this.#res.end();
    else this.#hooks.fail(new UpstreamOutError('the gateway stops'));
    this.#clientGone = true;
    this.#controller?.abort(new ClientGoneError('the gateway stops'));
  }

  get #isStream(): boolean {
    return this.#hooks.stream !== undefined;
  }

  #pick(except?: Replica): Replica | undefined {
    return this.#upstream.pick(except, this.#isStream ? ({ streams }) => streams : undefined);
  }

  get #waiting(): Set<Waiting> {
    return this.#upstream.waiting[this.#patience];
  }

  #noReplica(): Error {
    const { name, replicas } = this.#upstream;
    return replicas.length === 0
      ? new Error(`no replica of ${name} is known`)
      : new UpstreamOutError(`every replica of ${name} is out of service`);
  }

  /** Sends the request to a replica, under that one's breaker. */
  #attempt(replica: Replica): void {
    this.#replica = replica;
    replica.breaker.fire(this.#headersPhase).catch(this.#onFailure);
  }

  /** Settles when the answer's headers are there; the breaker ignores how long the body takes. */
  readonly #headersPhase = (): Promise<void> =>
    new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#send();
    });

  /** The answer did not begin in time. */
  expire(): void {
    const error = this.#reasonOfSilence();
    if (!isClientFault(error)) this.#replica?.rest();
    this.#expired = true;
    this.#settle?.reject(error);
    this.#controller?.abort(error);
  }

  #reasonOfSilence(): Error {
    if (this.#clientGone) return new ClientGoneError('client hung up');
    const { body } = this.#outbound;
    // Everything that the client has sent is with the service, which waits for the rest.
    if (body instanceof Readable && !this.#req.complete && body.readableLength === 0)
      return new ClientFaultError('the request body did not come in time');
    return new Error(`no response from ${this.#upstream.name} in time`);
  }

  readonly #onFailure = (error: unknown): void => {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined && !this.#clientGone && !this.#expired) {
      this.#attempt(next);
      return;
    }
    this.#waiting.delete(this);
    this.#end();
    if (!this.#clientGone) this.#hooks.fail(error);
  };

  /** A stream takes a place until here. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hooks.stream?.closed();
  }

  readonly #onClientClose = (): void => {
    if (this.#res.writableFinished) return;
    this.#clientGone = true;
    this.#controller?.abort(new ClientGoneError('client hung up'));
  };

  #send(): void {
    const replica = this.#replica;
    if (replica === undefined) return;
    this.#attempts += 1;
    this.#sent = false;
    if (this.#isStream) replica.streams += 1;
    else replica.pending += 1;
    const { method, path, headers, body } = this.#outbound;
    (this.#isStream ? replica.streamPool : replica.pool).dispatch(
      // undici does not change the list; its type merely does not say so.
      { method, path, headers: headers as string[], body: body ?? null },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = true;
    if (this.#clientGone) controller.abort(new ClientGoneError('client hung up'));
    else if (this.#expired) controller.abort(new Error('timed out while waiting for a connection'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (this.#clientGone || this.#expired) return;
    // Interim answers are between the gateway and the service.
    if (status < 200) {
      if (status === PROCESSING) this.#waitLonger();
      return;
    }
    this.#waiting.delete(this);
    this.#replica?.wake();
    const revision = headers['px0-revision'];
    this.#hooks.seeAnswer(typeof revision === 'string' ? revision : undefined);
    if (this.#isStream && status === UNAVAILABLE && this.#goesElsewhere(controller)) return;
    if (!this.#mayOwn(headers[STREAM_OWNER])) {
      this.#refuseStream();
      return;
    }
    const length = headers['content-length'];
    if (typeof length === 'string') this.#expected = Number(length);
    const own = this.#hooks.ownHeaders();
    appendResponseHeaders(own, headers);
    this.#res.writeHead(status, own);
    this.#settle?.resolve();
  }

  /**
   * A replica that takes no more streams has ever fewer, so all new ones would be sent there: another one is asked before the client is refused.
   * What the first one has said is dropped.
   */
  #goesElsewhere(controller: Dispatcher.DispatchController): boolean {
    this.#elsewhere = this.#attempts < MAX_ATTEMPTS ? this.#pick(this.#replica) : undefined;
    if (this.#elsewhere === undefined) return false;
    this.#waiting.add(this);
    controller.abort(new ClientGoneError('another replica is asked'));
    return true;
  }

  #mayOwn(header: string | string[] | undefined): boolean {
    return this.#hooks.stream?.own(typeof header === 'string' ? header : undefined) !== false;
  }

  /** The replica has answered well; it is here that there is no room. */
  #refuseStream(): void {
    this.#settle?.resolve();
    this.#hooks.fail(new TooManyStreamsError('too many streams of one organization'));
    this.#expired = true;
    this.#controller?.abort(new ClientGoneError('the stream was refused'));
  }

  /** The service is alive and at work: a render that takes long counts neither as silence nor against the replica. */
  #waitLonger(): void {
    if (this.#patience === 'long' || !this.#waiting.delete(this)) return;
    this.#patience = 'long';
    this.#waiting.add(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#clientGone || this.#expired) return;
    this.#expected -= chunk.length;
    if (this.#expected === 0 && this.#req.complete) {
      // The last chunk goes out together with the end and, mostly, the headers in one write.
      this.#res.end(chunk);
      return;
    }
    if (!this.#res.write(chunk)) {
      controller.pause();
      this.#res.once('drain', () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.#release();
    if (!this.#clientGone && !this.#expired && !this.#res.writableEnded) endAnswer(this.#req, this.#res);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#release();
    this.#controller = undefined;
    // Node may tell the body's reader of a broken connection before it tells the answer's writer.
    if (this.#clientGone || this.#req.errored !== null) {
      this.#settle?.reject(new ClientGoneError('client hung up', { cause: error }));
      return;
    }
    // The client has its 503 already.
    if (this.#expired) return;
    const elsewhere = this.#elsewhere;
    if (elsewhere !== undefined) {
      this.#elsewhere = undefined;
      // The replica has answered; for its breaker all is well.
      this.#settle?.resolve();
      this.#attempt(elsewhere);
      return;
    }
    if (this.#res.headersSent) {
      // The answer broke off: only a cut connection tells the client that it is incomplete.
      this.#res.destroy();
      return;
    }
    if (isConnectionFailure(error)) this.#replica?.rest();
    const next = this.#mayRepeat(error) ? (this.#pick(this.#replica) ?? this.#pick()) : undefined;
    // For the breaker, a second attempt at the same replica is still the first request.
    if (next !== undefined && next === this.#replica) {
      this.#send();
      return;
    }
    this.#next = next;
    this.#settle?.reject(error);
  }

  #mayRepeat(error: Error): boolean {
    if (this.#attempts >= MAX_ATTEMPTS || !isConnectionFailure(error)) return false;
    const { body, repeatable } = this.#outbound;
    // A stream that a connection has begun to read is gone.
    if (body !== undefined && !Buffer.isBuffer(body) && (this.#sent || body.readableDidRead)) return false;
    return repeatable || !this.#sent;
  }

  #release(): void {
    const replica = this.#replica;
    if (replica === undefined) return;
    if (this.#isStream) replica.streams -= 1;
    else replica.pending -= 1;
    // Before the answer has begun, another attempt may follow.
    if (this.#res.headersSent || this.#clientGone || this.#expired) this.#end();
  }
}

/** How much of an unwanted body is read, and for how long, after the answer was given. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 2_000;

/**
 * Ends an answer. When the service answered before it had read the whole body (401, 413), the rest is read and dropped for a bounded
 * while: closing at once would reset the connection before the client has read the answer.
 */
function endAnswer(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) {
    res.end();
    return;
  }
  let dropped = 0;
  const timer = setTimeout(() => req.destroy(), LINGER_MS);
  req.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > LINGER_BYTES) req.destroy();
  });
  req.once('close', () => clearTimeout(timer));
  req.once('end', () => res.end());
  req.resume();
}

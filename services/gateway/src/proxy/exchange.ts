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
import type { Circuit } from '../upstreams/breaker.ts';
import {
  ClientFaultError,
  ClientGoneError,
  isClientFault,
  isConnectionFailure,
  TooManyStreamsError,
  UpstreamOutError,
} from '../upstreams/failures.ts';
import type { AnswerHandler } from '../upstreams/http1/connection.ts';
import type { Replica } from '../upstreams/replica.ts';
import type { Upstream, Waiting } from '../upstreams/upstream.ts';
import { listOf, readResponseHeaders } from './response-headers.ts';

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

/** The interim status of a service that has begun what takes long. */
const PROCESSING = 102;

/** Of a replica that takes no stream, since it stops or is full. */
const UNAVAILABLE = 503;

/** What undici and the client for gathered bodies both offer. */
type Controller = Pick<Dispatcher.DispatchController, 'abort' | 'pause' | 'resume'>;

/** First attempt, and one more. */
const MAX_ATTEMPTS = 2;

export class Exchange implements Dispatcher.DispatchHandler, AnswerHandler, Waiting, OpenStream {
  readonly startedAt = performance.now();
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #upstream: Upstream;
  readonly #outbound: Outbound;
  readonly #hooks: ExchangeHooks;
  #patience: Patience;
  #replica: Replica | undefined;
  #controller: Controller | undefined;
  #attempts = 0;
  #sent = false;
  #clientGone = false;
  #expired = false;
  #isOver = false;
  /** Where a stream is asked for after an answer that has none. */
  #elsewhere: Replica | undefined;
  /** Bytes of the answer's body that are still to come; NaN when it did not declare its length. */
  #expected = Number.NaN;
  /** Where the breaker counts this attempt. */
  #circuit: Circuit | undefined;
  /** The attempt has neither an answer nor failed. */
  #isOpen = false;

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
    this.#res.on('close', this.#onClientClose);
    this.#waiting.add(this);
    const replica = this.#pick();
    if (replica !== undefined) this.#attempt(replica);
    else this.#giveUp(this.#noReplica());
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
    this.#circuit = replica.breaker.begin();
    this.#isOpen = true;
    this.#send();
  }

  /** Called when the answer's headers are there, or will not come: the breaker ignores how long the body takes. */
  #settle(error?: unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#replica?.breaker.settle(this.#circuit, error);
  }

  /** The attempt failed, and there is no other. */
  #fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#settle(error);
    this.#giveUp(error);
  }

  /** The answer did not begin in time. */
  expire(): void {
    const error = this.#reasonOfSilence();
    if (!isClientFault(error)) this.#replica?.rest();
    this.#expired = true;
    this.#fail(error);
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

  #giveUp(error: unknown): void {
    this.#waiting.delete(this);
    this.#end();
    if (!this.#clientGone) this.#hooks.fail(error);
  }

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
    if (!this.#isStream && !(body instanceof Readable)) {
      if (replica.sendGathered({ method, path, headers, body }, this)) return;
    }
    (this.#isStream ? replica.streamPool : replica.pool).dispatch(
      // undici does not change the list; its type merely does not say so.
      { method, path, headers: headers as string[], body: body ?? null },
      this,
    );
  }

  onRequestStart(controller: Controller): void {
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
    if (status < 200) this.onInterim(status);
    else this.onHead(controller, status, listOf(headers));
  }

  /** Interim answers are between the gateway and the service. */
  onInterim(status: number): void {
    if (status === PROCESSING && !this.#clientGone && !this.#expired) this.#waitLonger();
  }

  onHead(controller: Controller, status: number, headers: readonly string[]): void {
    if (this.#clientGone || this.#expired) return;
    this.#waiting.delete(this);
    this.#replica?.wake();
    const { revision, contentLength, streamOwner, forward } = readResponseHeaders(headers);
    this.#hooks.seeAnswer(revision);
    if (this.#isStream && status === UNAVAILABLE && this.#goesElsewhere(controller)) return;
    if (this.#hooks.stream?.own(streamOwner) === false) {
      this.#refuseStream();
      return;
    }
    if (contentLength !== undefined) this.#expected = Number(contentLength);
    const own = this.#hooks.ownHeaders();
    own.push(...forward);
    this.#res.writeHead(status, own);
    this.#settle();
  }

  /**
   * A replica that takes no more streams has ever fewer, so all new ones would be sent there: another one is asked before the client is refused.
   * What the first one has said is dropped.
   */
  #goesElsewhere(controller: Controller): boolean {
    this.#elsewhere = this.#attempts < MAX_ATTEMPTS ? this.#pick(this.#replica) : undefined;
    if (this.#elsewhere === undefined) return false;
    this.#waiting.add(this);
    controller.abort(new ClientGoneError('another replica is asked'));
    return true;
  }

  /** The replica has answered well; it is here that there is no room. */
  #refuseStream(): void {
    this.#settle();
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

  /** A text is in Latin-1, which is what the headers are in: together they go out as one. */
  onResponseData(controller: Controller, chunk: Buffer | string): void {
    if (this.#clientGone || this.#expired) return;
    this.#expected -= chunk.length;
    if (this.#expected === 0 && this.#req.complete) {
      // The last chunk goes out together with the end and, mostly, the headers in one write.
      this.#res.end(chunk, 'latin1');
      return;
    }
    if (!this.#res.write(chunk, 'latin1')) {
      controller.pause();
      this.#res.once('drain', () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.#release();
    if (!this.#clientGone && !this.#expired && !this.#res.writableEnded) endAnswer(this.#req, this.#res);
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#release();
    this.#controller = undefined;
    // Node may tell the body's reader of a broken connection before it tells the answer's writer.
    if (this.#clientGone || this.#req.errored !== null) {
      this.#fail(new ClientGoneError('client hung up', { cause: error }));
      return;
    }
    // The client has its 503 already.
    if (this.#expired) return;
    const elsewhere = this.#elsewhere;
    if (elsewhere !== undefined) {
      this.#elsewhere = undefined;
      // The replica has answered; for its breaker all is well.
      this.#settle();
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
    if (next === undefined) {
      this.#fail(error);
      return;
    }
    this.#settle(error);
    this.#attempt(next);
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

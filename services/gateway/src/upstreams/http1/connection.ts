/**
 * One kept connection to a replica: writes a request in one piece, and hands its answer on while it is read. It carries one exchange
 * at a time, and serves another only after an answer that has ended as HTTP says, with nothing behind it.
 */
import { connect, type Socket } from 'node:net';
import { errors } from 'undici';
import {
  AnswerParser,
  type AnswerReader,
  type BodyPiece,
  type Outcome,
  READ_BYTES,
} from './answer-parser.ts';

/** Whoever sent the request. The order is undici's: start, then head, data and end, or an error at any time. */
export interface AnswerHandler {
  /** The request is about to be written; it may be aborted here. */
  onRequestStart(call: Call): void;
  onInterim(status: number): void;
  /** Names, in lower case, and values in turn. */
  onHead(call: Call, status: number, headers: readonly string[]): void;
  /** A text is in Latin-1. */
  onResponseData(call: Call, piece: Buffer | string): void;
  onResponseEnd(): void;
  onResponseError(call: Call | undefined, error: Error): void;
}

/** What a connection tells the pool. */
export interface ConnectionOwner {
  /** Turns of its clock, which counts seconds. */
  readonly now: number;
  onConnect(connection: Connection): void;
  /** It has ended an exchange, and may have another one. */
  onFree(connection: Connection): void;
  /** `error`: why it never was connected. */
  onClose(connection: Connection, error: Error | undefined): void;
}

export interface ConnectionTarget {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** How long it may be unused. */
  readonly keepAliveSeconds: number;
  /** How long a body may be silent. */
  readonly silenceSeconds: number;
}

/** Between the service's announcement of how long it keeps a connection and the use of it. */
const KEEP_ALIVE_MARGIN_SECONDS = 2;
/** A request is written as one text up to here. */
const TEXT_BYTES = 16 * 1024;
/** Between two probes of the system's for a peer that is gone. */
const PROBE_MS = 60_000;

/** A request with its body, and its exchange's hold on the answer. */
export class Call {
  readonly head: string;
  readonly body: Buffer | undefined;
  readonly handler: AnswerHandler;
  /** Undefined before it is sent and after it has ended. */
  connection: Connection | undefined;
  isOver = false;

  constructor(head: string, body: Buffer | undefined, handler: AnswerHandler) {
    this.head = head;
    this.body = body;
    this.handler = handler;
  }

  abort(reason: Error): void {
    if (this.isOver) return;
    const { connection } = this;
    this.fail(reason);
    connection?.destroy();
  }

  pause(): void {
    this.connection?.pause();
  }

  resume(): void {
    this.connection?.resume();
  }

  end(): void {
    this.isOver = true;
    this.connection = undefined;
    this.handler.onResponseEnd();
  }

  fail(error: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.connection = undefined;
    this.handler.onResponseError(this, error);
  }
}

export class Connection implements AnswerReader {
  readonly #owner: ConnectionOwner;
  readonly #target: ConnectionTarget;
  readonly #socket: Socket;
  readonly #parser: AnswerParser;
  #connecting: NodeJS.Timeout | undefined;
  #call: Call | undefined;
  #error: Error | undefined;
  #isPaused = false;
  #answers = false;
  /** The answer being read is the last one on this connection. */
  #isLast = false;
  #keepAlive: string | undefined;
  #unusedSeconds: number;
  /** Since when nothing has come. */
  #quietSince: number;

  constructor(target: ConnectionTarget, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#quietSince = owner.now;
    this.#target = target;
    this.#unusedSeconds = target.keepAliveSeconds;
    this.#parser = new AnswerParser(this);
    const bytes = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#socket = connect({
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_MS,
      // No stream of buffers in between: the parser reads where the system wrote.
      onread: {
        buffer: bytes,
        callback: (length) => {
          this.#read(bytes, length);
          return true;
        },
      },
    });
    this.#connecting = setTimeout(() => {
      this.#socket.destroy(new errors.ConnectTimeoutError('the replica does not accept connections'));
    }, target.connectTimeoutMs);
    this.#socket
      .once('connect', () => {
        clearTimeout(this.#connecting);
        this.#connecting = undefined;
        this.#owner.onConnect(this);
      })
      .on('error', (error: Error) => {
        this.#error ??= error;
      })
      .once('end', () => this.#end(this.#answers ? this.#parser.finish() : undefined))
      .once('close', () => this.#close());
  }

  get isUsable(): boolean {
    return this.#call === undefined && this.#socket.writable && !this.#socket.readableEnded;
  }

  get isReading(): boolean {
    return this.#call !== undefined;
  }

  /** Only on a connection that `isUsable`. */
  send(call: Call): void {
    call.connection = this;
    this.#call = call;
    this.#answers = false;
    const { head, body } = call;
    if (body === undefined) this.#socket.write(head, 'latin1');
    else if (body.length <= TEXT_BYTES) this.#socket.write(head + body.toString('latin1'), 'latin1');
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#quietSince = this.#owner.now;
    this.#socket.resume();
  }

  destroy(): void {
    this.#call = undefined;
    this.#socket.destroy();
  }

  /** Called every second. */
  sweep(): void {
    const quiet = this.#owner.now - this.#quietSince;
    if (this.#connecting !== undefined) return;
    if (this.#call === undefined) {
      if (quiet >= this.#unusedSeconds) this.destroy();
    } else if (this.#answers && !this.#isPaused && quiet > this.#target.silenceSeconds) {
      this.#fail(new errors.BodyTimeoutError());
    }
  }

  onInterim(status: number): void {
    this.#call?.handler.onInterim(status);
  }

  onHead(status: number, headers: readonly string[], isLast: boolean): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#answers = true;
    this.#isLast = isLast;
    if (!isLast) this.#learnKeepAlive(headers);
    call.handler.onHead(call, status, headers);
  }

  onBody(piece: BodyPiece): void {
    const call = this.#call;
    if (call !== undefined) call.handler.onResponseData(call, piece.cut());
  }

  #read(bytes: Buffer, length: number): void {
    this.#quietSince = this.#owner.now;
    // Nobody asked for it: the next exchange would take it for its answer.
    if (this.#call === undefined) {
      this.destroy();
      return;
    }
    try {
      this.#end(this.#parser.execute(bytes, length));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('cannot read the answer', { cause: error }));
    }
  }

  #end(outcome: Outcome | undefined): void {
    if (outcome === 'more') return;
    const call = this.#call;
    if (outcome === undefined || call === undefined) {
      this.#socket.destroy();
      return;
    }
    if (outcome instanceof Error) {
      this.#fail(outcome);
      return;
    }
    const isFree = outcome === 'complete' && !this.#isLast && this.#socket.writableLength === 0;
    this.#call = undefined;
    this.#answers = false;
    if (!isFree || this.#unusedSeconds <= 0) this.#socket.destroy();
    else this.resume();
    call.end();
    if (this.isUsable) this.#owner.onFree(this);
  }

  /** The call learns of it when the connection has closed: what came before may still go out. */
  #fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #close(): void {
    const error =
      this.#connecting === undefined ? undefined : (this.#error ?? new errors.SocketError('closed'));
    clearTimeout(this.#connecting);
    const call = this.#call;
    this.#call = undefined;
    this.#parser.free();
    this.#owner.onClose(this, error);
    call?.fail(this.#error ?? new errors.SocketError('other side closed'));
  }

  /** `Keep-Alive: timeout=N`, the same in each answer as a rule. */
  #learnKeepAlive(headers: readonly string[]): void {
    const at = headers.indexOf('keep-alive');
    const text = at % 2 === 0 ? headers[at + 1] : undefined;
    if (text === this.#keepAlive) return;
    this.#keepAlive = text;
    const seconds = /timeout=(\d+)/i.exec(text ?? '')?.[1];
    const { keepAliveSeconds } = this.#target;
    this.#unusedSeconds =
      seconds === undefined
        ? keepAliveSeconds
        : Math.min(keepAliveSeconds, Number(seconds) - KEEP_ALIVE_MARGIN_SECONDS);
  }
}

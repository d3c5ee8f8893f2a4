/**
 * Connections to one replica for requests whose body is already here, or that have none: nearly all of them. What undici's `Pool` does for
 * every kind of request costs a gateway more than the rest of its work on these (docs/decisions/226-lean-upstream-client.md).
 *
 * As in undici, a connection that has been free is written to only after the event loop has read what waited on it: bytes that nobody
 * asked for, or its end, must be seen before, or the next exchange would get them (GHSA-35p6-xmwp-9g52).
 */
import { errors } from 'undici';
import {
  type AnswerHandler,
  Call,
  Connection,
  type ConnectionOwner,
  type ConnectionTarget,
} from './connection.ts';
import { requestHead } from './request-head.ts';

export interface GatheredRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
}

interface GatheredPoolOptions extends Omit<ConnectionTarget, 'host' | 'port'> {
  /** At most so many. */
  readonly connections: number;
}

const TICK_MS = 1_000;

export class GatheredPool implements ConnectionOwner {
  readonly #target: ConnectionTarget;
  readonly #limit: number;
  /** Lines of the connection in each request's head. */
  readonly #ownLines: string;
  readonly #all = new Set<Connection>();
  /** Free ones, the one that was used last at the end. */
  #free: Connection[] = [];
  /** Free since this turn of the event loop. */
  #rested: Connection[] = [];
  /** In the order of their start. */
  readonly #queue: Call[] = [];
  #connecting = 0;
  #assignment: NodeJS.Immediate | undefined;
  #clock: NodeJS.Timeout | undefined;
  #closed: PromiseWithResolvers<void> | undefined;
  now = 0;

  /** `origin` is one of plain HTTP. */
  constructor(origin: string, { connections, ...options }: GatheredPoolOptions) {
    const { hostname, port, host } = new URL(origin);
    this.#target = {
      ...options,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 80 : Number(port),
    };
    this.#limit = connections;
    this.#ownLines = `host: ${host}\r\nconnection: keep-alive\r\n`;
  }

  /** Sends it, and calls the handler back; false, and nothing else, for a request that undici has to judge. */
  send(request: GatheredRequest, handler: AnswerHandler): boolean {
    const head = requestHead(request, this.#ownLines);
    if (head === undefined) return false;
    if (this.#closed !== undefined) {
      handler.onResponseError(undefined, new errors.ClientClosedError());
      return true;
    }
    this.#queue.push(new Call(head, request.body, handler));
    this.#assignment ??= setImmediate(this.#assign);
    return true;
  }

  /** Resolves when everything that was sent has ended, and the connections are closed. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    if (this.#queue.length === 0)
      for (const connection of this.#all) if (!connection.isReading) connection.destroy();
    this.#settle();
    return this.#closed.promise;
  }

  onConnect(connection: Connection): void {
    this.#connecting -= 1;
    this.#free.push(connection);
    this.#startSome();
    if (this.#closed !== undefined && !connection.isReading) connection.destroy();
  }

  onFree(connection: Connection): void {
    if (this.#closed !== undefined && this.#queue.length === 0) {
      connection.destroy();
      return;
    }
    this.#rested.push(connection);
    this.#assignment ??= setImmediate(this.#assign);
  }

  onClose(connection: Connection, error: Error | undefined): void {
    this.#all.delete(connection);
    this.#free = this.#free.filter((other) => other !== connection);
    this.#rested = this.#rested.filter((other) => other !== connection);
    if (error !== undefined) {
      this.#connecting -= 1;
      // One that waits for a connection learns of it, and may go elsewhere; the others have attempts of their own.
      const call = this.#queue.shift();
      call?.fail(error);
    }
    if (this.#all.size === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
    if (this.#queue.length > 0) this.#assignment ??= setImmediate(this.#assign);
    this.#settle();
  }

  readonly #assign = (): void => {
    this.#assignment = undefined;
    this.#startSome();
    if (this.#rested.length > 0) {
      this.#free.push(...this.#rested);
      this.#rested = [];
      if (this.#queue.length > 0) this.#assignment = setImmediate(this.#assign);
    }
    this.#openSome();
  };

  #startSome(): void {
    while (this.#queue.length > 0) {
      const connection = this.#free.pop();
      if (connection === undefined) return;
      if (connection.isUsable) this.#start(connection);
    }
  }

  #start(connection: Connection): void {
    const call = this.#queue.shift();
    if (call === undefined) return;
    call.handler.onRequestStart(call);
    if (call.isOver) this.#free.push(connection);
    else connection.send(call);
  }

  /** As many as requests still wait for, within the limit. */
  #openSome(): void {
    const wanted = this.#queue.length - this.#free.length - this.#connecting;
    const opened = Math.min(wanted, this.#limit - this.#all.size);
    for (let i = 0; i < opened; i++) {
      this.#connecting += 1;
      this.#all.add(new Connection(this.#target, this));
    }
    if (opened > 0) this.#clock ??= setInterval(this.#tick, TICK_MS).unref();
  }

  readonly #tick = (): void => {
    this.now += 1;
    for (const connection of this.#all) connection.sweep();
  };

  #settle(): void {
    if (this.#all.size === 0 && this.#queue.length === 0) this.#closed?.resolve();
  }
}

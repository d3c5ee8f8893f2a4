/**
 * Holds thousands of streams as plain sockets in a process of its own, told by its parent what to do. It reads without decoding: it only looks for the
 * end of a transfer, and for the text by which a change is known.
 */
import { connect, type Socket } from 'node:net';
import { machineTime } from '../clock.ts';

/** What the parent asks for. */
export type Order =
  | {
      readonly kind: 'open';
      readonly url: string;
      readonly headers: readonly string[];
      readonly count: number;
      /** Clients arrive evenly over so long; as fast as they are let in when it is 0. */
      readonly overMs: number;
      /** What a stream counts as open by: its first state, which a compressed one does not show, or its answer. */
      readonly until: 'sync' | 'answer';
    }
  | { readonly kind: 'await'; readonly text: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'close' };

/** Times are of `machineTime`. */
export type Reply =
  | {
      readonly kind: 'open';
      /** How many were answered so; or how their connection was lost before. */
      readonly statuses: Readonly<Record<string, number>>;
      /** Received by all of them until each had its `sync`. */
      readonly bytes: number;
      readonly firstAt: number;
      readonly lastAt: number;
    }
  | { readonly kind: 'awaiting' }
  | { readonly kind: 'seen'; readonly firstAt: number; readonly lastAt: number; readonly bytes: number }
  | { readonly kind: 'count'; readonly bytes: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly reason: string };

/** Clients that connect at the same time, where they do not come at a pace. */
const MOST_CONNECTING = 256;
const SYNC = Buffer.from('event: sync');
/** All sockets read into it, one after the other. */
const shared = Buffer.allocUnsafe(256 * 1024);

class Stream {
  status = 0;
  bytes = 0;
  isOpen = false;
  /** The number of the latest text that came. */
  seen = 0;
  /** What the end of the last piece may have begun. */
  tail = '';
  readonly socket: Socket;

  readonly #until: 'sync' | 'answer';

  constructor(socket: Socket, until: 'sync' | 'answer') {
    this.socket = socket;
    this.#until = until;
  }

  /** Whether it is open, or was refused. */
  isSettledBy(piece: Buffer): boolean {
    return this.status !== 200 || this.#until === 'answer' || this.finds(SYNC, piece);
  }

  /** Whether the text has come, be it in two pieces. */
  finds(text: Buffer, piece: Buffer): boolean {
    if (piece.includes(text)) return true;
    const isCut =
      this.tail !== '' &&
      Buffer.from(this.tail + piece.toString('latin1', 0, text.length), 'latin1').includes(text);
    this.tail = isCut ? '' : piece.toString('latin1', Math.max(0, piece.length - text.length));
    return isCut;
  }
}

const streams = new Set<Stream>();
let awaited = Buffer.alloc(0);
let awaitedNumber = 0;
let missing = 0;
let awaitedBytes = 0;
let firstAt = 0;

function reply(message: Reply): void {
  if (process.connected) process.send?.(message, () => undefined);
}

function open({ url, headers, count, overMs, until }: Extract<Order, { kind: 'open' }>): void {
  const { hostname, port, pathname } = new URL(url);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: bench\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
  const statuses: Record<string, number> = {};
  const began = machineTime();
  let [started, done, bytes, first] = [0, 0, 0, Number.POSITIVE_INFINITY];
  const settled = (stream: Stream, outcome = String(stream.status)): void => {
    done += 1;
    bytes += stream.bytes;
    first = Math.min(first, machineTime());
    statuses[outcome] = (statuses[outcome] ?? 0) + 1;
    if (done === count) reply({ kind: 'open', statuses, bytes, firstAt: first, lastAt: machineTime() });
    else if (overMs === 0) startNext();
  };
  const startNext = (): void => {
    if (started === count) return;
    started += 1;
    start({ host: hostname, port: Number(port), request, until }, settled);
  };
  if (overMs === 0) for (let i = 0; i < MOST_CONNECTING; i += 1) startNext();
  else {
    const timer = setInterval(() => {
      const due = Math.min(count, Math.ceil(((machineTime() - began) / overMs) * count));
      while (started < due) startNext();
      if (started === count) clearInterval(timer);
    }, 2);
  }
}

interface Start {
  readonly host: string;
  readonly port: number;
  readonly request: string;
  readonly until: 'sync' | 'answer';
}

function start(
  { host, port, request, until }: Start,
  settled: (stream: Stream, outcome?: string) => void,
): void {
  const onread = {
    buffer: shared,
    callback: (length: number): boolean => {
      take(stream, shared.subarray(0, length), settled);
      return true;
    },
  };
  const socket = connect({ host, port, onread, noDelay: true });
  const stream = new Stream(socket, until);
  streams.add(stream);
  socket.once('connect', () => socket.write(request));
  const lost = (reason: string): void => {
    if (!streams.delete(stream)) return;
    // An overloaded system may cut a connection before anybody has seen it.
    if (stream.isOpen) reply({ kind: 'broken', reason });
    else settled(stream, reason);
  };
  socket.once('error', (error) => lost(error.message));
  socket.once('close', () => lost('closed'));
}

function take(stream: Stream, piece: Buffer, settled: (stream: Stream) => void): void {
  stream.bytes += piece.length;
  if (stream.status === 0) stream.status = Number(piece.toString('latin1', 9, 12));
  if (!stream.isOpen) {
    if (!stream.isSettledBy(piece)) return;
    stream.isOpen = true;
    stream.tail = '';
    settled(stream);
    if (stream.status !== 200) {
      streams.delete(stream);
      stream.socket.destroy();
    }
    return;
  }
  if (missing === 0 || stream.seen === awaitedNumber) return;
  awaitedBytes += piece.length;
  if (!stream.finds(awaited, piece)) return;
  stream.seen = awaitedNumber;
  stream.tail = '';
  missing -= 1;
  if (firstAt === 0) firstAt = machineTime();
  if (missing === 0) reply({ kind: 'seen', firstAt, lastAt: machineTime(), bytes: awaitedBytes });
}

function closeAll(): void {
  // No order to it, so that no port waits for late packets.
  for (const { socket } of streams) socket.resetAndDestroy();
  streams.clear();
  reply({ kind: 'closed' });
}

process.on('message', (order: Order) => {
  if (order.kind === 'open') open(order);
  else if (order.kind === 'close') closeAll();
  else if (order.kind === 'count') {
    reply({ kind: 'count', bytes: [...streams].reduce((sum, stream) => sum + stream.bytes, 0) });
  } else {
    awaited = Buffer.from(order.text);
    awaitedNumber += 1;
    missing = streams.size;
    awaitedBytes = firstAt = 0;
    reply({ kind: 'awaiting' });
  }
});
process.on('disconnect', () => process.exit(0));

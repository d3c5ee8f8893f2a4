/**
 * The network between one client and px0: a proxy that passes, cuts, loses, holds back and makes up what px0 never said, and that writes down
 * what the client asked and was answered.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@px0/testing/random';
import { type Link, TcpProxy } from '@px0/testing/servers';

const kinds = ['cut within', 'lose', 'silence', 'hold back', 'slow', 'refuse', 'make up'] as const;

/** A fault of the plan: when it begins and how long it lasts, in milliseconds since the faults began. */
export interface NetworkFault {
  readonly kind: (typeof kinds)[number];
  readonly client: number;
  readonly at: number;
  readonly forMs: number;
  /** Which answer is made up. */
  readonly answer: number;
}

/** A request for a delivery, as the proxy saw it. Times are milliseconds since the run began. */
export interface DeliveryRequest {
  readonly client: number;
  readonly at: number;
  readonly isStream: boolean;
  answeredAt?: number;
  status?: number;
  /** The answer bears px0's revision, does not call itself stale, and nothing of it was lost. */
  isPx0s: () => boolean;
  /** It was answered by px0, nothing of the answer was lost or held back, and it still goes on. */
  readonly isWhole: () => boolean;
}

const SLOW_BY_MS = 300;
const LOSS = 0.4;
/** After what was passed has left. */
const CUT_AFTER_MS = 5;

const head = (status: string, headers: readonly string[], length: number | undefined) =>
  [
    `HTTP/1.1 ${status}`,
    ...headers,
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    'Connection: close',
    '',
    '',
  ].join('\r\n');

const whole = (status: string, type: string, body: string, ...more: readonly string[]) =>
  head(status, [`Content-Type: ${type}`, ...more], Buffer.byteLength(body)) + body;

const openEnded = (type: string, body: string, ...more: readonly string[]) =>
  head('200 OK', [`Content-Type: ${type}`, ...more], undefined) + body;

const EVENTS = 'text/event-stream; charset=utf-8';
const LINES = 'application/x-ndjson; charset=utf-8';
const html = '<html><body>Sign in to the guest network</body></html>';
const unauthorized = '{"error":"unauthorized"}';
const hello =
  'event: hello\ndata: {"type":"hello","protocol":1,"resumed":false,"stale":false,"heartbeat_ms":2000,"retry_ms":[0,2000]}\n\n';

/**
 * What stands between may say all of this, and none of it is px0's word. A 404 in px0's form is missing: it says that a px0 without
 * deliveries is there, whose clients ask again after 30 s at the earliest.
 */
const answers: readonly string[] = [
  whole('401 Unauthorized', 'application/json', unauthorized),
  whole('403 Forbidden', 'application/json', '{"error":"user is not verified"}'),
  whole('401 Unauthorized', 'text/html', html, 'Px0-Revision: djE6MToxMDAw'),
  whole(
    '401 Unauthorized',
    'application/json',
    unauthorized,
    'Px0-Revision: djE6MToxMDAw',
    'Px0-Stale: true',
  ),
  whole('403 Forbidden', 'text/html', html),
  whole('404 Not Found', 'text/html', html),
  whole('404 Not Found', 'application/json', '{"message":"no route"}'),
  whole('500 Internal Server Error', 'text/plain', ''),
  whole('502 Bad Gateway', 'text/html', html),
  whole('503 Service Unavailable', 'application/json', '{"error":"service unavailable"}', 'Retry-After: 1'),
  whole('504 Gateway Timeout', 'text/html', html),
  whole('429 Too Many Requests', 'text/plain', 'slow down', 'Retry-After: 2'),
  whole('302 Found', 'text/html', html, 'Location: /sign-in'),
  whole('200 OK', 'text/html', html),
  whole('200 OK', 'application/json', '{}'),
  whole('204 No Content', 'text/plain', ''),
  openEnded(EVENTS, ''),
  openEnded(EVENTS, 'data: nonsense\n\n'),
  openEnded(EVENTS, `${hello}data: {"type":"put"}\n\n`),
  openEnded(EVENTS, `${hello}event: mark\ndata: {"type":"mark","revision":7}\n\n`),
  openEnded(EVENTS, hello.replace('"protocol":1', '"protocol":2')),
  openEnded(EVENTS, `${hello}data: {"type":"heart`),
  openEnded(EVENTS, 'not compressed at all', 'Content-Encoding: gzip'),
  openEnded(LINES, '{"type":"begin","team_id":'),
  openEnded(LINES, '[]\n'),
  whole('200 OK', LINES, ''),
  'HTTP/1.1 999\r\n\r\n',
  'SSH-2.0-OpenSSH_9.2p1\r\n',
  '\u0000\u0001\u0002\u0003',
  '',
];

/** Two to four for each client, one after the other. */
export function networkPlan(random: Random, clients: number, lastMs: number): readonly NetworkFault[] {
  return Array.from({ length: clients }, (_none, client) => {
    const count = 2 + random.below(3);
    const share = lastMs / count;
    return Array.from({ length: count }, (_nothing, index): NetworkFault => {
      const wait = random.below(share * 0.5);
      return {
        kind: random.pick(...kinds),
        client,
        at: Math.round(index * share + wait),
        forMs: Math.round(100 + random.below(share - wait - 100)),
        answer: random.below(answers.length),
      };
    });
  }).flat();
}

export class ClientNetwork {
  readonly requests: DeliveryRequest[] = [];
  readonly #client: number;
  readonly #random: Random;
  readonly #now: () => number;
  readonly #links = new Set<Link>();
  /** Links of which something was lost. */
  readonly #damaged = new WeakSet<Link>();
  readonly #silent = new Set<Link>();
  readonly #taken = new Set<Socket>();
  readonly #pending = new WeakMap<Link, DeliveryRequest>();
  #fault: NetworkFault | undefined;
  #heal: () => void = () => undefined;
  #healed: Promise<void> = Promise.resolve();
  #proxy: TcpProxy | undefined;

  private constructor(client: number, random: Random, now: () => number) {
    this.#client = client;
    this.#random = random;
    this.#now = now;
  }

  static async start(to: string, client: number, random: Random, now: () => number): Promise<ClientNetwork> {
    const network = new ClientNetwork(client, random, now);
    network.#proxy = await TcpProxy.start(Number(new URL(to).port), {
      accept: (socket) => network.#accept(socket),
      pass: (piece, from, link) => network.#pass(piece, from, link),
    });
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#proxy?.port}`;
  }

  async carryOut(fault: NetworkFault): Promise<void> {
    this.#begin(fault);
    await sleep(fault.forMs);
    this.heal();
  }

  /** What was held back goes on its way; what was silent has ended. */
  heal(): void {
    this.#fault = undefined;
    this.#proxy?.heal();
    this.#heal();
    for (const link of this.#silent) link.destroy();
    this.#silent.clear();
    for (const socket of this.#taken) socket.destroy();
    this.#taken.clear();
  }

  async close(): Promise<void> {
    this.heal();
    await this.#proxy?.close();
  }

  #begin(fault: NetworkFault): void {
    this.#fault = fault;
    this.#healed = new Promise((resolve) => {
      this.#heal = resolve;
    });
    if (fault.kind === 'refuse') this.#proxy?.cut();
    for (const link of this.#links) {
      if (!link.isOpen) this.#links.delete(link);
      else if (fault.kind === 'make up') link.destroy();
      else if (fault.kind === 'silence') this.#silence(link);
    }
  }

  #silence(link: Link): void {
    this.#silent.add(link);
    this.#damaged.add(link);
  }

  #accept(socket: Socket): boolean {
    if (this.#fault?.kind !== 'make up') return false;
    const answer = answers[this.#fault.answer] ?? '';
    this.#taken.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      // One whose end was not announced stays open: it says nothing more until the network heals.
      if (answer !== '' && !answer.includes('Content-Length')) socket.write(answer);
      else socket.end(answer);
    });
    return true;
  }

  async #pass(piece: Buffer, from: 'client' | 'server', link: Link): Promise<Buffer | undefined> {
    this.#links.add(link);
    if (this.#fault?.kind === 'silence') this.#silence(link);
    if (this.#silent.has(link)) return undefined;
    if (from === 'client') {
      this.#noteRequest(piece, link);
      return piece;
    }
    const passed = await this.#onward(piece, link);
    // A server that has closed its side meanwhile ends the other one, too, and what was held back is lost.
    if (!link.isOpen) this.#damaged.add(link);
    if (passed !== undefined && !this.#silent.has(link)) this.#noteAnswer(passed, link);
    return passed;
  }

  async #onward(piece: Buffer, link: Link): Promise<Buffer | undefined> {
    switch (this.#fault?.kind) {
      case 'cut within':
        if (this.#random.chance(0.5)) return piece;
        this.#damaged.add(link);
        setTimeout(() => link.destroy(), CUT_AFTER_MS);
        return piece.subarray(0, this.#random.below(piece.length));
      case 'lose':
        if (!this.#random.chance(LOSS)) return piece;
        this.#damaged.add(link);
        return undefined;
      case 'hold back':
        await this.#healed;
        return piece;
      case 'slow':
        await sleep(SLOW_BY_MS);
        return piece;
      default:
        return piece;
    }
  }

  #noteRequest(piece: Buffer, link: Link): void {
    const [, what] = /^GET \/v1\/delivery\/(\w+)/.exec(piece.toString('latin1')) ?? [];
    if (what === undefined) return;
    const request: DeliveryRequest = {
      client: this.#client,
      at: this.#now(),
      isStream: what === 'stream',
      isPx0s: () => false,
      isWhole: () => request.status === 200 && link.isOpen && !this.#damaged.has(link),
    };
    this.requests.push(request);
    this.#pending.set(link, request);
  }

  #noteAnswer(piece: Buffer, link: Link): void {
    const request = this.#pending.get(link);
    const text = piece.toString('latin1');
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
    if (request === undefined || status === undefined) return;
    this.#pending.delete(link);
    request.answeredAt = this.#now();
    request.status = Number(status);
    const isMarked = /^px0-revision:/im.test(text) && !/^px0-stale:/im.test(text);
    request.isPx0s = () => isMarked && !this.#damaged.has(link);
  }
}

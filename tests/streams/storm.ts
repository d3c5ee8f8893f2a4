/**
 * What one organization with many keys can do to a gateway: connects for streams, again and again, leaves some at once, listens to some, and stops reading
 * others. A process of its own, which tells at its end what it was answered.
 */
import { connect, type Socket } from 'node:net';

export interface StormOptions {
  readonly port: number;
  readonly tokens: readonly string[];
  /** At a time; beyond, the oldest is given up for a new one. */
  readonly connections: number;
  /** New ones in a second. */
  readonly rate: number;
}

export interface StormReport {
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>;
  /** Streams that were open at a time, at most. */
  readonly mostOpen: number;
}

const STEP_MS = 20;

class Storm {
  readonly #options: StormOptions;
  readonly #sockets = new Set<Socket>();
  readonly #answers: Record<string, number> = {};
  readonly #step: NodeJS.Timeout;
  #made = 0;
  #open = 0;
  #mostOpen = 0;

  constructor(options: StormOptions) {
    this.#options = options;
    this.#step = setInterval(() => {
      for (let i = 0; i < (options.rate * STEP_MS) / 1_000; i += 1) this.#connect();
    }, STEP_MS);
  }

  stop(): StormReport {
    clearInterval(this.#step);
    for (const socket of this.#sockets) socket.destroy();
    return { answers: this.#answers, mostOpen: this.#mostOpen };
  }

  #connect(): void {
    const { port, tokens, connections } = this.#options;
    if (this.#sockets.size >= connections) [...this.#sockets][0]?.destroy();
    const number = this.#made;
    this.#made += 1;
    const socket = connect(port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.write(
      `GET /v1/delivery/stream HTTP/1.1\r\nHost: px0\r\nAuthorization: Bearer ${tokens[number % tokens.length]}\r\n\r\n`,
    );
    socket.once('data', (bytes: Buffer) => this.#answered(socket, String(bytes.subarray(9, 12)), number));
  }

  #answered(socket: Socket, status: string, number: number): void {
    this.#answers[status] = (this.#answers[status] ?? 0) + 1;
    if (status !== '200') {
      socket.destroy();
      return;
    }
    this.#open += 1;
    this.#mostOpen = Math.max(this.#mostOpen, this.#open);
    socket.once('close', () => {
      this.#open -= 1;
    });
    const deed = number % 3;
    if (deed === 0) socket.destroy();
    else if (deed === 1) socket.pause();
    else socket.resume();
  }
}

let storm: Storm | undefined;
process.on('message', (order: StormOptions | 'stop') => {
  if (order !== 'stop') storm = new Storm(order);
  else process.send?.(storm?.stop(), () => process.disconnect());
});

// The test is over, however it ended.
process.once('disconnect', () => process.exit());

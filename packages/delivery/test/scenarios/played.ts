/** A clock and a network that a scenario drives. */
import type { Clock, DeliveryAnswer, DeliveryRequest, Transport } from '../../src/mod.ts';

/** Every scenario begins then. */
export const START = Date.UTC(2026, 0, 1);

/** Whatever waits for a promise has its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class PlayedClock implements Clock {
  #now = START;
  readonly #tasks = new Set<{ readonly at: number; readonly run: () => void }>();

  readonly now = () => this.#now;
  readonly random = () => 0.5;
  readonly turn = () => Promise.resolve();
  readonly after = (ms: number, run: () => void) => {
    const task = { at: this.#now + ms, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  };

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#now - START;
  }

  async advanceTo(elapsed: number): Promise<void> {
    const end = START + elapsed;
    for (;;) {
      const [task] = [...this.#tasks].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (task === undefined) break;
      this.#tasks.delete(task);
      this.#now = Math.max(this.#now, task.at);
      task.run();
      await settle();
    }
    this.#now = end;
  }
}

/** A body whose pieces a scenario sends. */
export class PlayedBody {
  readonly #pieces: (Uint8Array | Error | undefined)[] = [];
  #wake: () => void = () => {};
  /** The client has given up on it. */
  isClosed = false;

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  end(error?: Error): void {
    this.#pieces.push(error);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      while (this.#pieces.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  }
}

export interface PlayedRequest {
  readonly request: DeliveryRequest;
  readonly at: number;
  readonly body: PlayedBody;
  readonly answer: (status: number, headers: Readonly<Record<string, string>>) => void;
  readonly fail: () => void;
}

export class PlayedNetwork {
  readonly #clock: PlayedClock;
  /** Requests that nobody has answered yet. */
  readonly waiting: PlayedRequest[] = [];

  constructor(clock: PlayedClock) {
    this.#clock = clock;
  }

  readonly transport: Transport = (request) =>
    new Promise<DeliveryAnswer>((resolve, reject) => {
      const body = new PlayedBody();
      request.signal.addEventListener('abort', () => {
        body.isClosed = true;
        body.end(new Error('aborted'));
        reject(new Error('aborted'));
      });
      this.waiting.push({
        request,
        at: this.#clock.elapsed,
        body,
        answer: (status, headers) => resolve({ status, header: (name) => headers[name] ?? null, body }),
        fail: () => reject(new Error('connection refused')),
      });
    });
}

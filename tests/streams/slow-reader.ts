/** A client that takes a kilobyte a second of its stream, and in the end all of it. */
import { get, type IncomingMessage } from 'node:http';
import { EventReader, Replica, readFrame } from '@px0/delivery';

const BYTES_A_SECOND = 1_024;

export class SlowReader {
  /** What does not add up. */
  fault: string | undefined;
  readonly #url: string;
  readonly #token: string;
  readonly #replica = new Replica();
  #events = new EventReader();
  #response: IncomingMessage | undefined;
  #ticks: NodeJS.Timeout | undefined;
  #isSlow = true;
  #isOver = false;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Connects, and goes on from what it has. */
  async open(): Promise<void> {
    const { last } = this.#replica;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(
        `${this.#url}/v1/delivery/stream`,
        {
          agent: false,
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(last !== undefined && { 'last-event-id': last }),
          },
        },
        resolve,
      ).on('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`the stream was answered ${response.statusCode}`);
    this.#response = response;
    this.#events = new EventReader();
    response.on('error', () => undefined);
    response.on('close', () => this.#closed());
    if (this.#isSlow) this.#ticks = setInterval(() => this.#take(response.read(BYTES_A_SECOND)), 1_000);
    else response.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** From here on it takes all that there is; one that px0 has given up connects again. */
  hurry(): void {
    this.#isSlow = false;
    clearInterval(this.#ticks);
    if (this.#response === undefined || this.#response.closed) void this.open();
    else this.#response.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** The live version that it has of a prompt. */
  liveOf(slug: string): number | null | undefined {
    for (const teamId of this.#replica.teamIds)
      for (const prompt of this.#replica.promptsOf(teamId).values())
        if (prompt.slug === slug) return prompt.live;
    return undefined;
  }

  leave(): void {
    this.#isOver = true;
    clearInterval(this.#ticks);
    this.#response?.destroy();
  }

  #closed(): void {
    clearInterval(this.#ticks);
    if (!this.#isSlow && !this.#isOver) void this.open();
  }

  #take(bytes: Buffer | null): void {
    if (bytes === null) return;
    for (const { data } of this.#events.read(bytes)) {
      const frame = readFrame(data);
      const repair = frame === undefined ? undefined : this.#replica.apply(frame);
      if (repair !== undefined) this.fault ??= `${repair} at ${data.slice(0, 200)}`;
    }
  }
}

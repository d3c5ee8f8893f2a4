/** A plain client of a stream that notes when it is shown which version of a prompt is live. */
import { EventReader, Replica, readFrame } from '@px0/delivery';

export class Watcher {
  readonly status: number;
  /** When each version was first seen live, by the process's clock. */
  readonly seenAt = new Map<number, number>();
  isInStep = false;
  fault: string | undefined;
  readonly #slug: string;
  readonly #leave: AbortController;
  readonly #replica = new Replica();

  private constructor(status: number, slug: string, leave: AbortController) {
    this.status = status;
    this.#slug = slug;
    this.#leave = leave;
  }

  static async open(url: string, token: string, slug: string): Promise<Watcher> {
    const leave = new AbortController();
    const response = await fetch(`${url}/v1/delivery/stream`, {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' },
      signal: leave.signal,
    });
    const watcher = new Watcher(response.status, slug, leave);
    void watcher.#read(response.body);
    return watcher;
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    const events = new EventReader();
    try {
      for await (const bytes of body ?? []) for (const { data } of events.read(bytes)) this.#take(data);
      this.fault ??= 'the stream ended';
    } catch (error) {
      this.fault ??= String(error);
    }
  }

  #take(data: string): void {
    const frame = readFrame(data);
    if (frame === undefined) return;
    const repair = this.#replica.apply(frame);
    if (repair !== undefined) this.fault = `${repair} at ${data}`;
    if (frame.type === 'sync') this.isInStep = true;
    if (frame.type !== 'put' || frame.prompt.slug !== this.#slug || frame.prompt.live === null) return;
    if (!this.seenAt.has(frame.prompt.live)) this.seenAt.set(frame.prompt.live, performance.now());
  }
}

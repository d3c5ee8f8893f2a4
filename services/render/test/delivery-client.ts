/** Asks a render process for deliveries, and reads the frames with the code of clients. */
import { expectDescribed } from '@px0/contracts/response-check';
import { type DeliveredPrompt, Digest, EventReader, type Frame, Replica, readFrame } from '@px0/delivery';

export interface SnapshotAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly frames: readonly Frame[];
}

/** Fails on an answer that the API description does not know. */
export async function snapshot(
  url: string,
  token: string | undefined,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<SnapshotAnswer> {
  const search = new URLSearchParams(query).toString();
  const path = `/v1/delivery/snapshot${search === '' ? '' : `?${search}`}`;
  const response = await fetch(url + path, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
  const text = await response.text();
  expectDescribed({ method, path, status: response.status, headers: response.headers, text });
  const lines = response.status === 200 ? text.split('\n').filter((line) => line !== '') : [];
  return { status: response.status, headers: response.headers, text, frames: lines.map(frameOf) };
}

function frameOf(line: string): Frame {
  const frame = readFrame(line);
  if (frame === undefined) throw new Error(`no client knows ${line}`);
  return frame;
}

/** The frames of one type. */
export function of<T extends Frame['type']>(
  frames: readonly Frame[],
  type: T,
): Extract<Frame, { type: T }>[] {
  return frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
}

/** What the frames of a whole transfer come to: the digest and the number of all that was put. */
export function sum(frames: readonly Frame[]): { readonly digest: string; readonly count: number } {
  const digest = new Digest();
  for (const { prompt } of of(frames, 'put')) digest.add(prompt.etag);
  return { digest: digest.text, count: digest.count };
}

/** A stream that is listened to: its frames, and what they come to by the rules of clients. It fails on the first thing that does not add up. */
export class Listener {
  readonly status: number;
  readonly headers: Headers;
  readonly frames: Frame[] = [];
  isOver = false;
  readonly #leave: AbortController;
  readonly #events = new EventReader();
  readonly #replica = new Replica();
  /** The frames that it goes on from, and its own. */
  readonly #history: Frame[] = [];
  readonly #waits = new Set<() => void>();
  #fault: unknown;

  private constructor({ status, headers }: Response, leave: AbortController, held?: Listener) {
    this.status = status;
    this.headers = headers;
    this.#leave = leave;
    if (held === undefined) return;
    for (const frame of held.#history) this.#replica.apply(frame);
    this.#history.push(...held.#history);
  }

  /** `held`: an earlier listener, from where this one goes on. */
  static async open(
    url: string,
    token: string,
    { query = {}, headers = {}, held }: ListenerOptions = {},
  ): Promise<Listener> {
    const leave = new AbortController();
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`${url}/v1/delivery/stream${search === '' ? '' : `?${search}`}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(held?.last === undefined ? {} : { 'last-event-id': held.last }),
        ...headers,
      },
      signal: leave.signal,
    });
    const listener = new Listener(response, leave, held);
    void listener.#read(response.body);
    return listener;
  }

  /** As `open`, and waits for the first `sync`. */
  static async synced(url: string, token: string, options: ListenerOptions = {}): Promise<Listener> {
    const listener = await Listener.open(url, token, options);
    await listener.next('sync');
    return listener;
  }

  /** The revision to resume from. */
  get last(): string | undefined {
    return this.#replica.last;
  }

  /** The slugs of all that is held, in their order. */
  get slugs(): string[] {
    return [...this.#replica.teamIds]
      .flatMap((id) => Array.from(this.#replica.promptsOf(id).values(), ({ slug }) => slug))
      .sort();
  }

  prompt(teamId: string, promptId: string): DeliveredPrompt | undefined {
    return this.#replica.promptsOf(teamId).get(promptId);
  }

  /** The first frame of the type after the ones that `from` says have been looked at. */
  async next<T extends Frame['type']>(type: T, from = 0): Promise<Extract<Frame, { type: T }>> {
    return this.until(() => of(this.frames.slice(from), type)[0], `a ${type}`);
  }

  /** Waits until the question has an answer. */
  async until<T>(question: () => T | undefined, what = 'what was waited for'): Promise<T> {
    const deadline = Date.now() + 50_000;
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault;
      const answer = question();
      if (answer !== undefined && answer !== false) return answer;
      if (this.isOver || Date.now() > deadline)
        throw new Error(`${what} did not come; there were ${this.frames.map(({ type }) => type).join()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => wake(), 1_000);
        const wake = (): void => {
          clearTimeout(timer);
          this.#waits.delete(wake);
          resolve();
        };
        this.#waits.add(wake);
      });
    }
  }

  /** Waits until the stream has ended. */
  async over(): Promise<void> {
    await this.until(() => this.isOver || undefined, 'the end');
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    try {
      for await (const bytes of body ?? []) {
        for (const { event, data, id } of this.#events.read(bytes)) this.#take(event, data, id);
        for (const wake of [...this.#waits]) wake();
      }
    } catch (error) {
      // A stream of gzip has no end, so its end always looks broken off.
      const isCut = error instanceof Error && /aborted|terminated/.test(`${error.name} ${error.message}`);
      if (!this.#leave.signal.aborted && !isCut) this.#fault = error;
    } finally {
      this.isOver = true;
      for (const wake of [...this.#waits]) wake();
    }
  }

  #take(event: string, data: string, id: string | undefined): void {
    const frame = frameOf(data);
    this.frames.push(frame);
    this.#history.push(frame);
    const closes = frame.type === 'mark' || frame.type === 'sync' || frame.type === 'heartbeat';
    if (event !== frame.type || (closes ? id !== frame.revision : id !== undefined))
      throw new Error(`the event ${event} with the id ${id} is a ${frame.type}`);
    const repair = this.#replica.apply(frame);
    if (repair !== undefined) throw new Error(`${repair}: ${JSON.stringify(frame)}`);
  }
}

export interface ListenerOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly held?: Listener;
}

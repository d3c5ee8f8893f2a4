/**
 * Counts the renders of this process and reports them to px0: how often which version was rendered, and with variables of which names; never a value. What is
 * counted, sent, sent again and given up is the same in all SDKs: packages/delivery/test/vectors/usage.json.
 */
import type { Clock } from '@px0/delivery';
import type { Service } from './service.ts';
import { type CountedRender, UsageWindow } from './usage-window.ts';

const FLUSH_MS = 60_000;
/** So that clients that started together do not report together: from 0.8 to 1.2. */
const LEAST_JITTER = 0.8;
const JITTER = 0.4;
const KEPT_MS = 60 * 60_000;
/** Px0 takes no longer window, and a process may have slept. */
const LONGEST_WINDOW_MS = 60 * 60_000;
const MOST_ROWS = 5_000;
/** In bytes: px0 has no longer slug, and those of fallbacks may be anything. */
const MOST_SLUG_LENGTH = 1_020;
const MOST_REPORTS = 20;
const MOST_BODY_LENGTH = 1_048_576;
const CLOSE_MS = 2_000;

/** Of px0, where it counts itself. */
const LIVE = 'live';

const ACCEPTED = 204;
const REFUSED_FOR_GOOD: ReadonlySet<number | undefined> = new Set([400, 413]);

export interface UsageOptions {
  /** Whether names of variables are sent. */
  readonly hasNames: boolean;
  readonly service: Service;
  /** Such as `px0-typescript/0.1.0`. */
  readonly sdk: string;
  readonly clock: Clock;
  /** The status of the answer; undefined: there was none. Never rejects. */
  readonly send: (body: string, signal: AbortSignal) => Promise<number | undefined>;
  readonly onWarning: (message: string) => void;
}

/** A window that has ended. */
interface Report {
  readonly size: number;
  readonly endedAt: number;
  readonly text: string;
}

export class Usage {
  readonly #options: UsageOptions;
  readonly #process = crypto.randomUUID();
  /** Undefined: nothing was rendered since the last one ended. */
  #window: UsageWindow | undefined;
  #windows = 0;
  /** Not accepted yet, the oldest first. */
  #waiting: Report[] = [];
  #waitingRows = 0;
  #callOff: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  #isClosing = false;
  /** Cancels what is under way. */
  #end = new AbortController();

  constructor(options: UsageOptions) {
    this.#options = options;
  }

  count(render: CountedRender): void {
    if (render.source === LIVE || this.#window?.countKnown(render)) return;
    this.#countNew(render);
  }

  /** Sends what was counted, once. Never rejects, and takes two seconds at most; what was not accepted by then is given up. */
  async close(): Promise<void> {
    this.#endWindow();
    let callOff = () => {};
    const over = new Promise<void>((resolve) => {
      callOff = this.#options.clock.after(CLOSE_MS, resolve);
    });
    this.#isClosing = true;
    await Promise.race([this.#sendRest(), over]);
    this.#isClosing = false;
    callOff();
    this.#end.abort();
    this.#end = new AbortController();
    this.#waiting = [];
    this.#waitingRows = 0;
    this.#callOffFlush();
  }

  /** It needs a row, or has a name that is new. */
  #countNew(render: CountedRender): void {
    if (lengthOf(render.slug) > MOST_SLUG_LENGTH) return;
    let added = this.#window?.rowsFor(render);
    const isFull = this.#window !== undefined && added === undefined;
    if (isFull) this.#endWindow();
    if (this.#window === undefined) {
      const { clock, hasNames } = this.#options;
      this.#window = new UsageWindow(clock.now(), hasNames);
      this.#flushLater();
    }
    const window = this.#window;
    added ??= window.rowsFor(render) ?? 0;
    while (this.#waiting.length > 0 && this.#waitingRows + window.size + added > MOST_ROWS)
      this.#giveUpOldest();
    window.count(render);
    // Not within the render.
    if (isFull) void this.#options.clock.turn().then(() => this.#send());
  }

  #flushLater(): void {
    if (this.#isClosing) return;
    const { clock } = this.#options;
    this.#callOff ??= clock.after(FLUSH_MS * (LEAST_JITTER + JITTER * clock.random()), () => {
      this.#callOff = undefined;
      this.#endWindow();
      void this.#send();
    });
  }

  #callOffFlush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #endWindow(): void {
    this.#callOffFlush();
    const window = this.#window;
    if (window === undefined) return;
    this.#window = undefined;
    this.#windows += 1;
    const { clock, service, sdk } = this.#options;
    const endedAt = Math.min(clock.now(), window.startedAt + LONGEST_WINDOW_MS);
    const report = {
      process: this.#process,
      window: this.#windows,
      started_at: new Date(window.startedAt).toISOString(),
      ended_at: new Date(endedAt).toISOString(),
      service,
      sdk,
      rows: window.rowsOnWire(),
    };
    this.#waiting.push({ size: window.size, endedAt, text: JSON.stringify(report) });
    this.#waitingRows += window.size;
  }

  #giveUpOldest(): void {
    const oldest = this.#waiting.shift();
    this.#waitingRows -= oldest?.size ?? 0;
  }

  /** One request at a time; others wait for its end. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendWaiting(this.#end.signal).finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendRest(): Promise<void> {
    await this.#sending;
    await this.#send();
  }

  async #sendWaiting(signal: AbortSignal): Promise<void> {
    const { clock, send, onWarning } = this.#options;
    while (clock.now() - (this.#waiting[0]?.endedAt ?? Number.POSITIVE_INFINITY) > KEPT_MS)
      this.#giveUpOldest();
    for (;;) {
      const batch = this.#batch();
      if (batch.length === 0) return;
      const status = await send(bodyOf(batch), signal);
      if (status !== ACCEPTED && !REFUSED_FOR_GOOD.has(status)) break;
      for (const report of batch) this.#done(report);
      if (status === ACCEPTED) continue;
      onWarning(`px0 does not take a report of usage: it answered ${status}. What it held is not counted.`);
      break;
    }
    if (this.#waiting.length > 0) this.#flushLater();
  }

  /** The oldest, as many as a request can have. */
  #batch(): Report[] {
    const batch: Report[] = [];
    let length = bodyOf([]).length;
    for (const report of this.#waiting) {
      length += lengthOf(report.text) + 1;
      if (batch.length > 0 && (batch.length === MOST_REPORTS || length > MOST_BODY_LENGTH)) break;
      batch.push(report);
    }
    return batch;
  }

  /** It may have been given up meanwhile. */
  #done(report: Report): void {
    const index = this.#waiting.indexOf(report);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    this.#waitingRows -= report.size;
  }
}

function bodyOf(reports: readonly Report[]): string {
  return `{"reports":[${reports.map(({ text }) => text).join(',')}]}`;
}

function lengthOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

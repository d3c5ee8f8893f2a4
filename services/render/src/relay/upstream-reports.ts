/**
 * What a relay has rendered, reported to its upstream as applications report what they render themselves; and what the relay's own clients report, which
 * goes on in the same way. All of it is kept in memory until the upstream has taken it, within bounds.
 * See docs/decisions/195-relays.md.
 */
import { routes, type UsageWindow, usageLimits } from '@px0/contracts';
import { sendByNode } from '@px0/delivery/node';
import type { UsageCounts, UsageSource } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { ReportSink } from '../delivery/mod.ts';
import { OwnReports, type Report, reportOf, withoutNames } from './reports-of.ts';
import type { UpstreamAddress } from './upstream-transport.ts';

export interface UpstreamReportsOptions {
  /** Undefined: there is none, and what is counted is in the metrics only. */
  readonly address: UpstreamAddress | undefined;
  /** What the relay renders itself. */
  readonly source: UsageSource;
  /** Sees what was counted, before it is sent. */
  readonly onCounts: (counts: UsageCounts) => void;
  readonly intervalMs: number;
  readonly logger: Logger;
}

/** Kept while the upstream is away; the oldest reports are given up beyond it. */
const MOST_ROWS = 10_000;
/** So much text of them: a row may have 64 names of 128 characters. */
const MOST_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 10_000;
/** Around the reports of a body. */
const ENVELOPE_BYTES = 32;
/** A report in it would be refused again. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);
/** A px0 of before, which takes no reports at all. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405]);

interface Waiting {
  readonly rows: number;
  readonly bytes: number;
  readonly text: string;
}

export class UpstreamReports implements ReportSink {
  /** What the upstream does not take now is kept. */
  readonly isOpen = true;
  readonly #options: UpstreamReportsOptions;
  readonly #own = new OwnReports();
  readonly #waiting: Waiting[] = [];
  /** Of those that wait, and of those that are on their way. */
  #rows = 0;
  #bytes = 0;
  #givenUp = 0;
  #since = new Date();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: UpstreamReportsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), this.#options.intervalMs).unref();
  }

  /** Sends what is counted so far. Never rejects: what could not be sent waits for the next time. */
  flush(): Promise<void> {
    this.#sending ??= this.#flush().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Ends the rhythm and sends what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.flush();
  }

  /** What a client has reported. */
  take(window: UsageWindow): void {
    this.#add(reportOf(window));
  }

  /** Keeps a report until it is sent. */
  #add(report: Report): void {
    if (this.#options.address === undefined) return;
    this.#waiting.push(waitingOf(report));
    this.#rows += report.rows.length;
    this.#bytes += this.#waiting.at(-1)?.bytes ?? 0;
    while (this.#rows > MOST_ROWS || this.#bytes > MOST_BYTES) {
      const oldest = this.#waiting.shift();
      if (oldest === undefined) return;
      this.#forget([oldest]);
      this.#givenUp += oldest.rows;
    }
  }

  async #flush(): Promise<void> {
    const { address, source, onCounts, logger } = this.#options;
    const counts = source.take();
    const started = this.#since;
    this.#since = new Date();
    if (counts !== undefined) {
      onCounts(counts);
      for (const report of this.#own.of(counts, started, this.#since)) this.#add(report);
    }
    if (this.#givenUp > 0) {
      logger.warn(
        { rows: this.#givenUp },
        'reports of usage were given up: the upstream has been away for too long',
      );
      this.#givenUp = 0;
    }
    if (address === undefined) return;
    let most: number = usageLimits.reports;
    let isTaking = true;
    while (isTaking && this.#waiting.length > 0) {
      const batch = this.#next(most);
      const status = await this.#send(address, batch);
      if (status !== undefined && REFUSED.has(status) && batch.length > 1) {
        // One of them is to blame, and goes alone.
        this.#waiting.unshift(...batch);
        most = 1;
        continue;
      }
      isTaking = status !== undefined && (status < 300 || REFUSED.has(status) || NOT_THERE.has(status));
      if (isTaking) this.#forget(batch);
      else this.#waiting.unshift(...batch);
      if (isTaking && Number(status) >= 300)
        logger.warn({ status }, 'the upstream does not take reports of usage');
    }
  }

  /** Those that are sent next: as many as fit a body, one at least. Only what waits is ever given up, so they are taken out. */
  #next(most: number): Waiting[] {
    let bytes = ENVELOPE_BYTES;
    let count = 0;
    for (const waiting of this.#waiting.slice(0, most)) {
      bytes += waiting.bytes + 1;
      if (count > 0 && bytes > usageLimits.bodyBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #forget(batch: readonly Waiting[]): void {
    for (const { rows, bytes } of batch) {
      this.#rows -= rows;
      this.#bytes -= bytes;
    }
  }

  /** Undefined: there was no answer. */
  async #send(address: UpstreamAddress, batch: readonly Waiting[]): Promise<number | undefined> {
    try {
      return await send(address, `{"reports":[${batch.map(({ text }) => text).join(',')}]}`);
    } catch (error) {
      this.#options.logger.debug({ err: error, rows: this.#rows }, 'usage could not be reported');
      return undefined;
    }
  }
}

/** One that has become too long on its way, as with ids in place of slugs, goes without the names of variables. */
function waitingOf(report: Report): Waiting {
  const rows = report.rows.length;
  const text = JSON.stringify(report);
  const bytes = Buffer.byteLength(text);
  if (bytes + ENVELOPE_BYTES <= usageLimits.bodyBytes) return { rows, bytes, text };
  const shorter = JSON.stringify(withoutNames(report));
  return { rows, bytes: Buffer.byteLength(shorter), text: shorter };
}

async function send({ url, key }: UpstreamAddress, body: string): Promise<number> {
  const { method, path } = routes.reportUsage;
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort(), PATIENCE_MS);
  try {
    // Node's own client: another one would make all renders of the process slower.
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await sendByNode({ url: url + path, method, headers, body, signal: leave.signal });
    return answer.status;
  } finally {
    clearTimeout(timer);
    // Whatever the body says, nobody reads it.
    leave.abort();
  }
}

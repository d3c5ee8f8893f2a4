/**
 * What a relay has rendered, reported to its upstream as applications report what they render themselves; and what the relay's own clients report, which
 * goes on in the same way.
 * See docs/decisions/195-relays.md.
 */
import { randomUUID } from 'node:crypto';
import {
  fallbackUsageSource,
  routes,
  type UsageWindow,
  usageLimits,
  usageSources,
  type Wire,
} from '@px0/contracts';
import { sendByNode } from '@px0/delivery/node';
import type { UsageCounts, UsageSource } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { ReportSink } from '../delivery/mod.ts';
import type { UpstreamAddress } from './upstream-transport.ts';

type Report = Wire<'UsageReportRequest'>['reports'][number];

export interface UpstreamReportsOptions {
  /** Undefined: there is none, and what is counted is in the metrics only. */
  readonly address: UpstreamAddress | undefined;
  readonly source: UsageSource;
  /** Sees what was counted, before it is sent. */
  readonly onCounts: (counts: UsageCounts) => void;
  readonly intervalMs: number;
  readonly logger: Logger;
}

/** Kept while the upstream is away; the oldest reports are given up beyond it. */
const MOST_ROWS = 10_000;
const PATIENCE_MS = 10_000;
/** Of what a relay renders itself. */
const OWN_SOURCE = 'stream';
const MOST_AT_ONCE_BYTES = usageLimits.bodyBytes;
/** Sent again, these would be refused again: the body, or the route of a px0 of before. */
const GIVEN_UP: ReadonlySet<number> = new Set([400, 404, 405, 413, 422]);

/** A report that was sent without an answer is sent again under its number, and counted once. */
export class UpstreamReports implements ReportSink {
  /** What the upstream does not take now is kept. */
  readonly isOpen = true;
  /** The upstream knows versions that are not delivered. */
  readonly judgesVersions = true;
  readonly #options: UpstreamReportsOptions;
  readonly #process = randomUUID();
  readonly #waiting: { readonly rows: number; readonly text: string }[] = [];
  #rows = 0;
  #window = 0;
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

  /** Keeps reports until they are sent. */
  #add(reports: Iterable<Report>): void {
    if (this.#options.address === undefined) return;
    for (const report of reports) {
      this.#waiting.push({ rows: report.rows.length, text: JSON.stringify(report) });
      this.#rows += report.rows.length;
    }
    let givenUp = 0;
    while (this.#rows > MOST_ROWS) {
      const { rows } = this.#waiting.shift() ?? { rows: this.#rows };
      this.#rows -= rows;
      givenUp += rows;
    }
    if (givenUp > 0)
      this.#options.logger.warn(
        { rows: givenUp },
        'reports of usage were given up: the upstream has been away for too long',
      );
  }

  /** Of a client. It keeps the process and window that it came under, so what a client sends twice the upstream counts once. */
  take(window: UsageWindow): void {
    this.#add([reportOf(window)]);
  }

  async #flush(): Promise<void> {
    const { address, source, onCounts, logger } = this.#options;
    const counts = source.take();
    const started = this.#since;
    this.#since = new Date();
    if (counts !== undefined) {
      onCounts(counts);
      this.#add(this.#reportsOf(counts, started, this.#since));
    }
    if (address === undefined) return;
    try {
      while (this.#waiting.length > 0) {
        const count = this.#nextCount();
        const texts = this.#waiting.slice(0, count).map(({ text }) => text);
        const status = await send(address, `{"reports":[${texts.join(',')}]}`);
        if (status >= 300 && !GIVEN_UP.has(status)) return;
        if (status >= 300) logger.warn({ status }, 'the upstream does not take reports of usage');
        for (const { rows } of this.#waiting.splice(0, count)) this.#rows -= rows;
      }
    } catch (error) {
      logger.debug({ err: error, rows: this.#rows }, 'usage could not be reported');
    }
  }

  /** How many of those that wait fit one request: one at least. */
  #nextCount(): number {
    let bytes = 32;
    let count = 0;
    for (const { text } of this.#waiting.slice(0, usageLimits.reports)) {
      bytes += Buffer.byteLength(text) + 1;
      if (count > 0 && bytes > MOST_AT_ONCE_BYTES) break;
      count += 1;
    }
    return count;
  }

  *#reportsOf({ versions }: UsageCounts, started: Date, ended: Date): Generator<Report> {
    for (let from = 0; from < versions.length; from += usageLimits.rows) {
      this.#window += 1;
      yield {
        process: this.#process,
        window: this.#window,
        started_at: started.toISOString(),
        ended_at: ended.toISOString(),
        sdk: 'px0-relay',
        rows: versions.slice(from, from + usageLimits.rows).map((version) => ({
          prompt_id: version.promptId,
          version: version.number,
          source: OWN_SOURCE,
          renders: version.renders,
          failures: version.failures,
          latencies: [...version.latencies],
        })),
      };
    }
  }
}

function reportOf({
  process,
  window,
  started_at,
  ended_at,
  versions,
  fallbacks = [],
  client,
}: UsageWindow): Report {
  return {
    process,
    window,
    started_at,
    ended_at,
    ...(client !== undefined && {
      service: {
        name: client.service,
        ...(client.service_version !== '' && { version: client.service_version }),
      },
      sdk: client.sdk,
    }),
    rows: [
      ...versions.map(({ prompt_id, number, source, renders, failures, latencies, variables }) => ({
        prompt_id,
        version: number,
        source: usageSources.find((one) => one === source) ?? OWN_SOURCE,
        renders,
        failures,
        latencies,
        ...(variables !== undefined && { variables }),
      })),
      ...fallbacks.map(({ prompt_id, renders, failures, variables }) => ({
        prompt_id,
        version: null,
        source: fallbackUsageSource,
        renders,
        failures,
        ...(variables !== undefined && { variables }),
      })),
    ],
  };
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

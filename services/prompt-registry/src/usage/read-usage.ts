/** Shows how often a prompt's versions were rendered, and how long it took. */
import type { Principal } from '@px0/access';
import type { PromptId, Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { FindPrompt } from '../prompts/mod.ts';
import { latencyPercentile } from './latency-percentile.ts';
import { type UsageSpan, type UsageStep, usageSpans } from './store.ts';

export interface ReadUsageDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export interface UsageParameters {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: UsageStep | undefined;
}

const AN_HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;
/** A quarter of a year in hours, six years in days; a longer answer is of no use to a reader. */
const MAX_STEPS = 2_200;
const STEP_HOURS: Readonly<Record<UsageStep, number>> = { hour: 1, day: 24 };
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export class ReadUsage {
  readonly #deps: ReadUsageDependencies;

  constructor(deps: ReadUsageDependencies) {
    this.#deps = deps;
  }

  /**
   * Default: the last 24 hours. Hours (or days) in which nothing was rendered are left out.
   *
   * @throws ApiError promptNotFound, invalidTimeRange
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    { from = '', to = '', step = 'hour' }: UsageParameters,
  ): Promise<Wire<'PromptUsageHour'>[]> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'getPromptUsage', promptId);
    const end = to === '' ? new Date() : parseTime(to);
    const start = from === '' ? new Date(end.getTime() - DEFAULT_HOURS * AN_HOUR_MS) : parseTime(from);
    const steps = (end.getTime() - start.getTime()) / (AN_HOUR_MS * STEP_HOURS[step]);
    if (steps < 0 || steps > MAX_STEPS) throw new ApiError('invalidTimeRange');
    const spans = await usageSpans(reader, promptId, { from: startOf(step, start), to: end, step });
    return spans.map(spanOnWire);
  }
}

function spanOnWire({ latencies, ...counts }: UsageSpan): Wire<'PromptUsageHour'> {
  return {
    ...counts,
    p50_ms: latencyPercentile(latencies, 0.5),
    p95_ms: latencyPercentile(latencies, 0.95),
    p99_ms: latencyPercentile(latencies, 0.99),
  };
}

function parseTime(text: string): Date {
  const time = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  // A time of the last century is a typing error, and the database does not know the year 0.
  if (!(time >= 0)) throw new ApiError('invalidTimeRange');
  return new Date(time);
}

/** Of the hour or the day in UTC that holds the time. */
function startOf(step: UsageStep, time: Date): Date {
  const width = AN_HOUR_MS * STEP_HOURS[step];
  return new Date(Math.floor(time.getTime() / width) * width);
}

/** Shows how often a prompt's versions were rendered. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import type { ReadPrompts } from '../prompts/mod.ts';
import type { UsageHour, UsageStore } from './store.ts';

export interface ReadUsageDependencies {
  readonly db: Db;
  readonly prompts: ReadPrompts;
  readonly store: UsageStore;
}

export interface UsageParameters {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const AN_HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;
/** A quarter of a year in hours; more would be an answer that nobody reads. */
const MAX_HOURS = 2_200;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export class ReadUsage {
  readonly #deps: ReadUsageDependencies;

  constructor(deps: ReadUsageDependencies) {
    this.#deps = deps;
  }

  /** The last 24 hours unless told otherwise. Hours in which nothing was rendered are left out. @throws ApiError promptNotFound, invalidTimeRange */
  async run(
    principal: Principal,
    promptId: PromptId,
    { from = '', to = '' }: UsageParameters,
  ): Promise<UsageHour[]> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    const end = to === '' ? new Date() : parseTime(to);
    const start = from === '' ? new Date(end.getTime() - DEFAULT_HOURS * AN_HOUR_MS) : parseTime(from);
    const hours = (end.getTime() - start.getTime()) / AN_HOUR_MS;
    if (hours < 0 || hours > MAX_HOURS) throw new ApiError('invalidTimeRange');
    return store.hours(db, promptId, startOfHour(start), end);
  }
}

function parseTime(text: string): Date {
  const time = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  // Usage of the last century is a typing error, and the year 0 none that the database knows.
  if (!(time >= 0)) throw new ApiError('invalidTimeRange');
  return new Date(time);
}

function startOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / AN_HOUR_MS) * AN_HOUR_MS);
}

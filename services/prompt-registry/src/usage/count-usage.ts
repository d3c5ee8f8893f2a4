/**
 * Counts the renders that render processes report. A window that is delivered again is recognised by its process and number, so
 * it is counted once.
 */
import { parseUuid, type UsageWindow, usageLatencyBoundsMs } from '@px0/contracts';
import type { PrivateWriter } from '@px0/owner';
import { addWindow, type CountedWindow } from './store.ts';

export interface CountUsageDependencies {
  readonly database: PrivateWriter;
}

const LARGEST_VERSION = 2_147_483_647;
/** More buckets than the contract has would only lengthen rows. */
const BUCKETS = usageLatencyBoundsMs.length + 1;

export class CountUsage {
  readonly #deps: CountUsageDependencies;

  constructor(deps: CountUsageDependencies) {
    this.#deps = deps;
  }

  /** Each window is a transaction of its own: those counted before one fails are not counted again. */
  async run(windows: readonly UsageWindow[]): Promise<void> {
    for (const window of windows) await addWindow(this.#deps.database, countedWindow(window));
  }
}

/** Ids and numbers that no prompt can have would make the statement fail, for all the others in the window, too. */
function countedWindow(usage: UsageWindow): CountedWindow {
  const counts = usage.versions.flatMap(({ prompt_id, number, renders, failures, latencies }) => {
    const promptId = parseUuid(prompt_id);
    return promptId === undefined || number > LARGEST_VERSION
      ? []
      : [{ promptId, version: number, renders, failures, latencies: latencies.slice(0, BUCKETS) }];
  });
  const started = Date.parse(usage.started_at);
  const startedAt = new Date(Number.isNaN(started) ? Date.now() : started).toISOString();
  return { process: usage.process.replaceAll('\0', ''), window: usage.window, startedAt, counts };
}

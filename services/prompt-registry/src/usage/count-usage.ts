/**
 * Counts the renders that render processes and applications report. A window that is delivered again is recognised by its process and
 * number, so it is counted once. Windows of px0's own processes are counted as they come; those of applications are put down first, since
 * one organization may send more of them than others.
 * See docs/decisions/194-usage-of-local-renders.md.
 */
import type { UsageWindow } from '@px0/contracts';
import type { PrivateWriter } from '@px0/owner';
import type { Logger } from '@px0/service-kit';
import { addWindow } from './add-windows.ts';
import { type CountedWindow, countedWindow } from './counted-window.ts';
import { keepReported } from './reported-store.ts';

export interface CountUsageDependencies {
  readonly database: PrivateWriter;
  readonly logger: Logger;
  /** There are reports to count. */
  readonly onReported: () => void;
}

export class CountUsage {
  readonly #deps: CountUsageDependencies;

  constructor(deps: CountUsageDependencies) {
    this.#deps = deps;
  }

  /** Each window of px0's own is a transaction: those counted before one fails are not counted again. */
  async run(windows: readonly UsageWindow[]): Promise<void> {
    const counted = windows.map(countedWindow);
    const reported = counted.filter(isReported);
    if (reported.length > 0) await this.#keep(reported);
    for (const window of counted) {
      if (!isReported(window)) await addWindow(this.#deps.database, window);
    }
  }

  async #keep(reported: readonly ReportedWindow[]): Promise<void> {
    const { database, logger, onReported } = this.#deps;
    const refused = await keepReported(database, reported);
    if (refused > 0) {
      logger.warn({ windows: refused }, 'reports of usage were given up: too many of one organization wait');
    }
    onReported();
  }
}

type ReportedWindow = CountedWindow & { readonly owner: string };

function isReported(window: CountedWindow): window is ReportedWindow {
  return window.owner !== undefined;
}

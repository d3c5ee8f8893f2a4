/** How much applications have reported to this process since it started. */
import { fallbackUsageSource, type UsageWindow, usageSources } from '@px0/contracts';

interface SourceCounts {
  rendered: number;
  failed: number;
}

export class ReportCounts {
  /** Rows that were not counted. */
  dropped = 0;
  /** Of each source, so there is something from the beginning. */
  readonly bySource: Readonly<Record<string, SourceCounts>> = Object.fromEntries(
    usageSources.map((source) => [source, { rendered: 0, failed: 0 }]),
  );

  /** A window has been published. */
  add({ versions, fallbacks = [] }: UsageWindow): void {
    for (const { source, renders, failures } of versions) this.#add(source, renders, failures);
    for (const { renders, failures } of fallbacks) this.#add(fallbackUsageSource, renders, failures);
  }

  #add(source: string | undefined, renders: number, failures: number): void {
    const counts = this.bySource[source ?? ''];
    if (counts === undefined) return;
    counts.rendered += renders;
    counts.failed += failures;
  }
}

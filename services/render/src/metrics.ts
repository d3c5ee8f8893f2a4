/** The metrics of a render process. Those of all renders are derived from the usage counts, window by window, so that they cost the hot path nothing. */
import { usageLatencyBoundsMs } from '@px0/contracts';
import type { UsageCounts } from '@px0/event-bus';
import { durationHistogram, metricCatalog, type Observation, observe } from '@px0/service-kit';
import type { VersionBodies } from './bodies/mod.ts';
import type { PromptDirectory } from './prompts/mod.ts';

/** Prompts that get series of their own; exact counts of all prompts are in the usage API. */
const MAX_PROMPTS = 200;
const OTHER = 'other';

interface PromptCounts {
  rendered: number;
  failed: number;
  /** Renders that their contract has refused. */
  violation: number;
  /** Renders that violated it and were run nevertheless. */
  warning: number;
}

const NOTHING: Readonly<PromptCounts> = { rendered: 0, failed: 0, violation: 0, warning: 0 };

/** Totals since the process started. A prompt that has series keeps them: a counter must not go back. */
export class RenderMetrics {
  readonly #prompts = new Map<string, PromptCounts>();
  readonly #durations = durationHistogram(
    metricCatalog.renderDuration,
    usageLatencyBoundsMs.map((bound) => bound / 1_000),
  ).seriesOf('all', () => ({}));

  add({ versions }: Pick<UsageCounts, 'versions'>): void {
    for (const { promptId, renders, failures, latencies } of versions) {
      const counts = this.#countsOf(promptId);
      counts.rendered += renders;
      counts.failed += failures;
      this.#durations.add(latencies);
    }
  }

  /** A render's variables violated its contract: once for each. */
  countContract(promptId: string, outcome: 'violation' | 'warning'): void {
    this.#countsOf(promptId)[outcome] += 1;
  }

  /** Of the prompts whose contracts have been violated, and of all others together: so there is something from the beginning. */
  contractObservations(): Observation[] {
    const others = [[OTHER, this.#prompts.get(OTHER) ?? NOTHING]] as const;
    const violated = [...this.#prompts].filter(
      ([promptId, { violation, warning }]) => promptId !== OTHER && violation + warning > 0,
    );
    return [...violated, ...others].flatMap(([promptId, counts]) =>
      (['violation', 'warning'] as const).map((outcome) => ({
        value: counts[outcome],
        attributes: { 'px0.prompt.id': promptId, 'px0.contract.outcome': outcome },
      })),
    );
  }

  observations(): Observation[] {
    return Array.from(this.#prompts, ([promptId, counts]) => [
      observation(promptId, 'rendered', counts.rendered),
      observation(promptId, 'failed', counts.failed),
    ]).flat();
  }

  #countsOf(promptId: string): PromptCounts {
    const known = this.#prompts.get(promptId);
    if (known !== undefined) return known;
    if (this.#prompts.size >= MAX_PROMPTS && promptId !== OTHER) return this.#countsOf(OTHER);
    const created = { ...NOTHING };
    this.#prompts.set(promptId, created);
    return created;
  }
}

function observation(promptId: string, outcome: string, value: number): Observation {
  return { value, attributes: { 'px0.prompt.id': promptId, 'px0.render.outcome': outcome } };
}

/** Registers the instruments. */
export function observeRender(
  metrics: RenderMetrics,
  directory: PromptDirectory,
  bodies: VersionBodies,
): void {
  observe(metricCatalog.renders, () => metrics.observations());
  observe(metricCatalog.renderContract, () => metrics.contractObservations());
  observe(metricCatalog.renderPrompts, () => directory.size);
  observe(metricCatalog.renderCachedVersions, () => bodies.size);
}

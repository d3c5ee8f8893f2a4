/** How many assertions were judged, for the metric. */
import type { AssertionResult } from '@px0/assertions';
import type { Observation } from '@px0/service-kit';

export class ResultCounts {
  readonly #counts = new Map<string, { readonly type: string; readonly ok: boolean; count: number }>();

  add(results: readonly AssertionResult[]): void {
    for (const { type, ok } of results) {
      const key = `${type} ${ok}`;
      const known = this.#counts.get(key);
      if (known === undefined) this.#counts.set(key, { type, ok, count: 1 });
      else known.count += 1;
    }
  }

  observations(): Observation[] {
    return [...this.#counts.values()].map(({ type, ok, count }) => ({
      value: count,
      attributes: { 'px0.assertion.type': type, 'px0.assertion.ok': ok },
    }));
  }
}

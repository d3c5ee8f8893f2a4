/** Counts renders in memory, per prompt version and per API key, until the publisher takes them. Bounded by what was used in one window. */
import type { UsageCounts, UsageSource } from '@px0/event-bus';
import type { CountedRender, VersionUsage } from './version-usage.ts';

interface KeyUsage {
  renders: number;
  failures: number;
  lastUsedAt: number;
}

/** Nothing is counted twice: what `take` hands over is gone from here. */
export class UsageAggregator implements UsageSource {
  #versions: VersionUsage[] = [];
  #keys = new Map<string, KeyUsage>();

  /** Notes that a key has authenticated a request, whether or not it is then refused. `now` is in milliseconds since 1970. */
  note(keyId: string, now: number): void {
    const usage = this.#keys.get(keyId);
    if (usage === undefined) this.#keys.set(keyId, { renders: 0, failures: 0, lastUsedAt: now });
    else usage.lastUsedAt = now;
  }

  /** Counts one render of the version that `usage` belongs to. */
  count(usage: VersionUsage, render: CountedRender): void {
    const { keyId, failure } = render;
    usage.count(render);
    if (!usage.dirty) {
      usage.dirty = true;
      this.#versions.push(usage);
    }
    if (keyId === undefined) return;
    let key = this.#keys.get(keyId);
    if (key === undefined) {
      // Noted in a window that is gone: the render took longer than that.
      key = { renders: 0, failures: 0, lastUsedAt: Date.now() };
      this.#keys.set(keyId, key);
    }
    if (failure !== undefined) key.failures += 1;
    else key.renders += 1;
  }

  take(): UsageCounts | undefined {
    if (this.#versions.length === 0 && this.#keys.size === 0) return undefined;
    const versions = this.#versions.map((usage) => ({
      promptId: usage.promptId,
      number: usage.number,
      ...usage.take(),
    }));
    const keys = Array.from(this.#keys, ([keyId, usage]) => ({ keyId, ...usage }));
    this.#versions = [];
    this.#keys = new Map();
    return { versions, keys };
  }
}

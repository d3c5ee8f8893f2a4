/**
 * When each API key was last used in a process that renders nothing. Published on the usage stream for identity, which owns keys,
 * so no request waits for a write.
 */
import type { UsageCounts, UsageSource } from './usage-publisher.ts';

export class SeenKeys implements UsageSource {
  #uses = new Map<string, number>();

  /** A key has authenticated a request, whether or not it is then refused. `now` is in milliseconds since 1970. */
  note(keyId: string, now: number): void {
    this.#uses.set(keyId, now);
  }

  take(): UsageCounts | undefined {
    if (this.#uses.size === 0) return undefined;
    const keys = Array.from(this.#uses, ([keyId, lastUsedAt]) => ({
      keyId,
      renders: 0,
      failures: 0,
      lastUsedAt,
    }));
    this.#uses = new Map();
    return { versions: [], keys };
  }
}

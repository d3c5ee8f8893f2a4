/** API keys in memory, by hash (a request arrives with the key) and by id (an event arrives with the id). */
import type { ApiKeyId, OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import { hasUnknownLimits, KeyLimits, type LimitDecisions } from './key-limits.ts';
import type { KeyOperation } from './principal.ts';

export interface KeyEntry {
  readonly id: ApiKeyId;
  readonly hash: string;
  readonly orgId: OrganizationId;
  /** The listed teams; undefined for a key of the whole organization. An empty list is a key without any team. */
  readonly teamIds: readonly TeamId[] | undefined;
  readonly operation: KeyOperation;
  /** Milliseconds since the epoch; Infinity for a key that does not expire. */
  readonly expiresAt: number;
  /** Undefined for a key without limits. */
  readonly limits: KeyLimits | undefined;
  /** The user who made it; undefined until identity says so. */
  readonly createdBy: UserId | undefined;
}

export class KeyRegistry {
  readonly #byHash = new Map<string, KeyEntry>();
  readonly #byId = new Map<string, KeyEntry>();

  get size(): number {
    return this.#byId.size;
  }

  byHash(hash: string): KeyEntry | undefined {
    return this.#byHash.get(hash);
  }

  byId(id: string): KeyEntry | undefined {
    return this.#byId.get(id);
  }

  put(id: string, state: StateOf<'apiKey'>): void {
    this.#put(id, state, undefined);
  }

  /** One with limits that this build does not know is no key: it must not see more than it should. */
  putNarrow(id: string, state: StateOf<'narrowKey'>, decisions: LimitDecisions): void {
    if (hasUnknownLimits(state.limits)) this.remove(id);
    else this.#put(id, state, new KeyLimits(state.limits, decisions));
  }

  #put(id: string, state: StateOf<'apiKey'>, limits: KeyLimits | undefined): void {
    this.remove(id);
    const entry: KeyEntry = {
      id,
      hash: state.key_hash,
      orgId: state.org_id,
      teamIds: state.scope.kind === 'organization' ? undefined : state.scope.team_ids,
      operation: state.operation,
      expiresAt: expiry(state.expires_at),
      limits,
      createdBy: state.created_by,
    };
    this.#byId.set(id, entry);
    this.#byHash.set(entry.hash, entry);
  }

  remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    if (this.#byHash.get(entry.hash) === entry) this.#byHash.delete(entry.hash);
  }

  clear(): void {
    this.#byHash.clear();
    this.#byId.clear();
  }
}

/** A time that cannot be read counts as past: a key must never live longer than intended. */
function expiry(text: string | null): number {
  if (text === null) return Number.POSITIVE_INFINITY;
  const time = Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
}

/**
 * Who may call a relay: whoever has the upstream key, and the tokens of a file, each narrowed to its teams and limits if it names some. They are told to the same
 * projection that judges callers everywhere, as keys of one organization, which has the teams that the upstream key reads.
 */
import { AccessProjection, hashApiKey } from '@px0/access';
import type { EntityName, StateEvent, StateOf } from '@px0/contracts';

/** A further caller. */
export interface RelayToken {
  readonly name: string;
  /** SHA-256 of the token, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  /** Undefined: every team. */
  readonly teamIds: readonly string[] | undefined;
  /** Undefined: everything of these teams. */
  readonly limits: StateOf<'narrowKey'>['limits'] | undefined;
}

/** The organization that stands for all of what the upstream key reads. */
const ORGANIZATION = '00000000-0000-4000-8000-000000000000';
/** A token may have any form, within reason: each one that is not known is hashed. */
const MOST_TOKEN_CHARACTERS = 1_024;
const BEGINNING = '1970-01-01T00:00:00Z';

export class RelayAccess {
  readonly projection = new AccessProjection({
    isKey: (token) => token !== '' && token.length <= MOST_TOKEN_CHARACTERS && !token.includes(' '),
  });
  readonly #teams = new Set<string>();
  /** By id, what a token amounts to. */
  readonly #tokens = new Map<string, string>();
  readonly #upstreamHash: string | undefined;
  #isRefused = false;

  /** `upstreamKey`: undefined where there is no upstream. */
  constructor(upstreamKey: string | undefined) {
    this.#upstreamHash = upstreamKey === undefined ? undefined : hashApiKey(upstreamKey);
    this.#put('organization', ORGANIZATION, { name: 'upstream', created_at: BEGINNING });
    const sha256 = this.#upstreamHash;
    if (sha256 !== undefined)
      this.#putKey('upstream', { name: 'upstream', sha256, teamIds: undefined, limits: undefined });
  }

  /** While the upstream refuses the key, nobody is anybody. */
  set isRefused(isRefused: boolean) {
    if (this.#isRefused === isRefused) return;
    this.#isRefused = isRefused;
    if (isRefused) this.projection.drop('organization', ORGANIZATION);
    else this.#put('organization', ORGANIZATION, { name: 'upstream', created_at: BEGINNING });
  }

  /** The upstream key has come to read a team. */
  addTeam(teamId: string): void {
    if (this.#teams.has(teamId)) return;
    this.#teams.add(teamId);
    this.#put('team', teamId, { org_id: ORGANIZATION, name: '', is_default: false, created_at: BEGINNING });
  }

  removeTeam(teamId: string): void {
    if (!this.#teams.delete(teamId)) return;
    this.projection.drop('team', teamId);
  }

  get teamIds(): ReadonlySet<string> {
    return this.#teams;
  }

  /** These are all further callers from now on. */
  setTokens(tokens: readonly RelayToken[]): void {
    const left = new Set(this.#tokens.keys());
    for (const token of tokens) {
      const { name, sha256, teamIds, limits } = token;
      // The upstream key is not narrowed by being listed.
      if (sha256 === this.#upstreamHash) continue;
      const id = `token-${sha256.slice(0, 32)}`;
      left.delete(id);
      const text = JSON.stringify([name, teamIds ?? null, limits ?? null]);
      if (this.#tokens.get(id) === text) continue;
      this.#tokens.set(id, text);
      this.#putKey(id, token);
    }
    for (const id of left) {
      this.#tokens.delete(id);
      this.projection.drop('apiKey', id);
    }
  }

  /** How many callers there are besides the upstream key. */
  get tokens(): number {
    return this.#tokens.size;
  }

  #putKey(id: string, { name, sha256, teamIds, limits }: RelayToken): void {
    const key: StateOf<'apiKey'> = {
      key_hash: sha256,
      org_id: ORGANIZATION,
      scope: teamIds === undefined ? { kind: 'organization' } : { kind: 'teams', team_ids: [...teamIds] },
      operation: 'read_render',
      name,
      created_at: BEGINNING,
      expires_at: null,
    };
    if (limits === undefined) this.#put('apiKey', id, key);
    else this.#put('narrowKey', id, { ...key, limits, created_by: ORGANIZATION });
  }

  #put<N extends 'apiKey' | 'narrowKey' | 'organization' | 'team'>(
    name: N,
    id: string,
    state: StateOf<N>,
  ): void {
    this.projection.apply(eventOf(name, id, state));
  }
}

function eventOf<N extends EntityName>(name: N, id: string, state: StateOf<N>): StateEvent {
  const event = { name, id, subject: '', revision: 1, time: BEGINNING, deleted: false, state };
  // One entity and its own state: the union does not follow type parameters.
  return event as unknown as StateEvent;
}

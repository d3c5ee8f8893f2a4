/**
 * The prompts that this process can render, by team and slug, built from the stream. It decides no authorisation: the caller of a
 * look-up names the teams to search.
 */
import type { EntityName, StateEvent, StateOf } from '@px0/contracts';
import { type DeliveredPrompt, precedes } from '@px0/delivery/server';
import type { ContractPolicy } from './contract.ts';
import { RenderableVersion, type VersionContent } from './renderable-version.ts';

/** A version's row in the prompt's event: number, status, revision of its body. Rows ascend by number. */
export type VersionRow = StateOf<'prompt'>['versions'][number];

/** What is said of a prompt. */
export interface PromptFacts extends Omit<StateOf<'prompt'>, 'live' | 'name' | 'updated_at'> {
  readonly live: (VersionContent & { readonly number: number }) | null;
}

/** What one event said of a prompt; a later event makes a new entry. */
export class PromptEntry {
  readonly id: string;
  readonly teamId: string;
  readonly slug: string;
  readonly archived: boolean;
  readonly createdAt: string;
  /** Not even a field of prompts that have none. */
  declare readonly contract?: ContractPolicy;
  /** As another px0 has delivered it; not even a field of prompts that come from the stream. */
  declare readonly delivered?: DeliveredPrompt;
  readonly tags: Readonly<Record<string, number>>;
  readonly versions: readonly VersionRow[];
  readonly live: RenderableVersion | undefined;

  constructor(id: string, state: PromptFacts, previous: PromptEntry | undefined) {
    this.id = id;
    this.teamId = state.team_id;
    this.slug = state.slug;
    this.archived = state.status === 'archived';
    this.createdAt = state.created_at;
    if (state.contract !== undefined) this.contract = state.contract;
    this.tags = state.tags;
    this.versions = state.versions;
    const { live } = state;
    if (live !== null) {
      const before = previous?.live?.number === live.number ? previous.live : undefined;
      this.live = new RenderableVersion(this, live.number, live, before);
    }
  }

  /** The live version's row where its content is not here. */
  get awaitedLive(): VersionRow | undefined {
    return undefined;
  }

  /** The row of a version number; undefined when the prompt has no such version. */
  versionRow(number: number): VersionRow | undefined {
    let low = 0;
    let high = this.versions.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const row = this.versions[middle];
      if (row === undefined || row[0] === number) return row;
      if (row[0] < number) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** The version number that a tag stands on. */
  taggedNumber(tag: string): number | undefined {
    return Object.hasOwn(this.tags, tag) ? this.tags[tag] : undefined;
  }
}

/** Called with every prompt that is new, has changed or is gone: what was said of it before, what is said now, and when that was written, if it was. */
export type PromptListener = (
  previous: PromptEntry | undefined,
  entry: PromptEntry | undefined,
  time: string | undefined,
) => void;

/** A view of the projection. Its look-ups cost one hash access for each team in question. */
export class PromptDirectory {
  readonly #byId = new Map<string, PromptEntry>();
  readonly #byTeam = new Map<string, Map<string, PromptEntry>>();
  readonly #onChange: PromptListener;

  constructor(onChange: PromptListener) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#byId.size;
  }

  wants(name: EntityName): boolean {
    return name === 'prompt';
  }

  apply(event: StateEvent): void {
    if (event.name !== 'prompt') return;
    if (event.state === undefined) {
      this.drop('prompt', event.id, event.time);
      return;
    }
    const previous = this.#byId.get(event.id);
    this.put(new PromptEntry(event.id, event.state, previous), event.time);
  }

  /** Takes an entry in the place of the one that it has. */
  put(entry: PromptEntry, time?: string): void {
    const previous = this.#byId.get(entry.id);
    if (previous !== undefined && (previous.teamId !== entry.teamId || previous.slug !== entry.slug))
      this.#vacate(previous);
    this.#byId.set(entry.id, entry);
    this.#slugsOf(entry.teamId).set(entry.slug, entry);
    this.#onChange(previous, entry, time);
  }

  drop(_name: EntityName, id: string, time?: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#vacate(entry);
    this.#onChange(entry, undefined, time);
  }

  /** The present state of a prompt by its id. */
  byId(id: string): PromptEntry | undefined {
    return this.#byId.get(id);
  }

  /** The prompt that `slug` names among `teamIds`. */
  find(slug: string, teamIds: Iterable<string>): PromptEntry | undefined {
    let best: PromptEntry | undefined;
    for (const teamId of teamIds) {
      const entry = this.#byTeam.get(teamId)?.get(slug);
      if (entry !== undefined && (best === undefined || precedes(entry, best))) best = entry;
    }
    return best;
  }

  /** How many prompts a team has. */
  countIn(teamId: string): number {
    return this.#byTeam.get(teamId)?.size ?? 0;
  }

  /** The prompts of a team at this moment, in no particular order. */
  in(teamId: string): PromptEntry[] {
    return [...(this.#byTeam.get(teamId)?.values() ?? [])];
  }

  #slugsOf(teamId: string): Map<string, PromptEntry> {
    let slugs = this.#byTeam.get(teamId);
    if (slugs === undefined) {
      slugs = new Map();
      this.#byTeam.set(teamId, slugs);
    }
    return slugs;
  }

  /** Frees the entry's slot, unless another prompt has taken it since: events of two prompts may arrive in either order. */
  #vacate(entry: PromptEntry): void {
    const slugs = this.#byTeam.get(entry.teamId);
    if (slugs?.get(entry.slug)?.id !== entry.id) return;
    slugs.delete(entry.slug);
    if (slugs.size === 0) this.#byTeam.delete(entry.teamId);
  }
}

/**
 * What a key with limits is delivered of a prompt: nothing where it does not see the slug, and else the versions and tags that it sees. Nothing narrows
 * deliveries anywhere else.
 */
import { hash } from 'node:crypto';
import type { KeyLimits } from '@px0/access';
import type { DeliveredPrompt } from '@px0/delivery/server';
import { DeliveredPromptEntry, PromptEntry } from '../../prompts/mod.ts';
import {
  DeliveredEntry,
  deliveredRows,
  infersSchemas,
  type TaggedContent,
  withSchema,
} from './delivered-entry.ts';
import type { DeliveredTeam } from './delivered-team.ts';
import { Slices } from './slices.ts';

/** Of an entry that is not seen. */
const HIDDEN = '';

const narrowings = new WeakMap<KeyLimits, Narrowing>();

/** How these limits narrow. It is kept for as long as the key is. */
export function narrowingOf(limits: KeyLimits): Narrowing {
  const known = narrowings.get(limits);
  if (known !== undefined) return known;
  const made = new Narrowing(limits);
  narrowings.set(limits, made);
  return made;
}

export class Narrowing {
  readonly #limits: KeyLimits;
  /** By entry, the fingerprint of what is seen of it. Making one takes as long as delivering the prompt. */
  readonly #fingerprints = new WeakMap<DeliveredEntry, string>();

  constructor(limits: KeyLimits) {
    this.#limits = limits;
  }

  /** What is seen of the entry: itself where that is all of it. Undefined for nothing. */
  of(entry: DeliveredEntry): DeliveredEntry | undefined {
    if (!this.#limits.matchesSlug(entry.prompt.slug)) return undefined;
    return this.#limits.refs === undefined ? entry : this.#byRefs(entry);
  }

  /** The fingerprint of what is seen of the entry; undefined for nothing. */
  fingerprintOf(entry: DeliveredEntry): string | undefined {
    let known = this.#fingerprints.get(entry);
    if (known === undefined) {
      known = this.of(entry)?.fingerprint ?? HIDDEN;
      this.#fingerprints.set(entry, known);
    }
    return known === HIDDEN ? undefined : known;
  }

  /** Looks at all prompts of the teams, in slices, so that whoever needs the fingerprints of all at once has them. */
  async prepare(teams: Iterable<DeliveredTeam>): Promise<void> {
    const slices = new Slices();
    for (const team of teams) {
      for (const entry of [...team.allAfter(0)]) {
        this.fingerprintOf(entry);
        if (slices.isOver) await slices.others();
      }
    }
  }

  #byRefs(entry: DeliveredEntry): DeliveredEntry {
    const { prompt } = entry;
    if (prompt.delivered !== undefined) return this.#ofDelivered(entry, prompt.delivered);
    const tags = this.#limits.seenTags(prompt.tags);
    if (tags === prompt.tags && (this.#limits.seesLive || prompt.live === undefined)) return entry;
    const narrow = this.#withRefs(prompt, tags);
    const contents = new Map<number, TaggedContent>();
    for (const [number, , bodyRevision] of deliveredRows(narrow)) {
      if (number === narrow.live?.number) continue;
      const content = entry.held(number, bodyRevision);
      if (content !== undefined) contents.set(number, infersSchemas(narrow) ? withSchema(content) : content);
    }
    return new DeliveredEntry(narrow, contents, entry.comparesSince);
  }

  #withRefs(prompt: PromptEntry, tags: PromptEntry['tags']): PromptEntry {
    const { id, teamId, slug, createdAt, contract, versions } = prompt;
    const live = this.#limits.seesLive ? prompt.live : undefined;
    const facts = {
      team_id: teamId,
      slug,
      status: prompt.archived ? ('archived' as const) : ('active' as const),
      created_at: createdAt,
      ...(contract !== undefined && { contract }),
      tags,
      versions: [...versions],
    };
    if (live === undefined) return new PromptEntry(id, { ...facts, live: null }, undefined);
    const { number, template, outline, sources, config, schema } = live;
    const content = {
      template,
      ...(outline !== undefined && { outline }),
      ...(sources !== undefined && { sources }),
      ...(config !== undefined && { config }),
      ...(schema !== undefined && { schema }),
    };
    return new PromptEntry(id, { ...facts, live: { number, ...content } }, prompt);
  }

  /** In a relay: of what another px0 has delivered. */
  #ofDelivered(entry: DeliveredEntry, delivered: DeliveredPrompt): DeliveredEntry {
    const limits = this.#limits;
    const tags = limits.seenTags(delivered.tags);
    const refs = { id: delivered.id, live: delivered.live ?? undefined, tags: delivered.tags };
    const versions = delivered.versions.filter(({ version }) => limits.seesNumber(refs, version));
    const live = limits.seesLive ? delivered.live : null;
    const isAll =
      tags === delivered.tags && versions.length === delivered.versions.length && live === delivered.live;
    if (isAll) return entry;
    const etag = hash('sha256', `${delivered.etag}\n${limits.text}`).slice(0, 16);
    const narrow = { ...delivered, live, tags, versions, etag };
    return new DeliveredEntry(
      new DeliveredPromptEntry(entry.prompt.teamId, narrow, undefined),
      new Map(),
      entry.comparesSince,
    );
  }
}

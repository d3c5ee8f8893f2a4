/**
 * What a narrow key sees within its scope: prompts by their slugs, and of them the versions that some refs point to. The one place that decides it, for
 * the registry, renders, delivery and relays alike.
 * See docs/decisions/209-what-narrow-keys-see.md.
 */
import { compilePatterns, type StateOf, type TagTable } from '@px0/contracts';
import { TokenCache } from './token-cache.ts';

type Declared = StateOf<'narrowKey'>['limits'];

/** Decisions about slugs and about versions that are remembered, for all keys together; each takes about 200 bytes. */
const MOST_SLUGS = 20_000;
const MOST_PROMPTS = 5_000;

/** A prompt as far as the refs of its versions go. */
export interface PromptRefs {
  readonly id: string;
  /** The live version's number; undefined for none. */
  readonly live: number | undefined;
  /** Another object whenever a tag has moved. */
  readonly tags: TagTable;
}

/** The decisions that were made lately, kept beside the cache of credentials. */
export class LimitDecisions {
  readonly slugs = new TokenCache<boolean>(MOST_SLUGS);
  readonly tagged = new TokenCache<{ readonly tags: TagTable; readonly numbers: ReadonlySet<number> }>(
    MOST_PROMPTS,
  );

  clear(): void {
    this.slugs.clear();
    this.tagged.clear();
  }
}

/** Tells the limits of one key from those of others, and from those that the key had before. */
let lastOrdinal = 0;

export class KeyLimits {
  /** Two keys of the same text see the same. */
  readonly text: string;
  /** Patterns of which a slug must match one; undefined: every slug. */
  readonly slugs: readonly string[] | undefined;
  /** Undefined: every version and tag. */
  readonly refs: { readonly live: boolean; readonly tags: readonly string[] } | undefined;
  readonly #decisions: LimitDecisions;
  readonly #prefix: string;
  /** As `seesSlug`, for whoever goes through many prompts once: nothing is remembered. */
  readonly matchesSlug: (slug: string) => boolean;
  readonly #matchesTag: (tag: string) => boolean;

  constructor({ slugs, refs }: Declared, decisions = new LimitDecisions()) {
    this.slugs = slugs;
    this.refs = refs;
    this.text = JSON.stringify([slugs ?? null, refs === undefined ? null : [refs.live, refs.tags]]);
    this.#decisions = decisions;
    lastOrdinal += 1;
    this.#prefix = `${lastOrdinal} `;
    this.matchesSlug = slugs === undefined ? () => true : compilePatterns(slugs);
    this.#matchesTag = compilePatterns(refs?.tags ?? []);
  }

  seesSlug(slug: string): boolean {
    if (this.slugs === undefined) return true;
    const key = this.#prefix + slug;
    const known = this.#decisions.slugs.get(key);
    if (known !== undefined) return known;
    const sees = this.matchesSlug(slug);
    this.#decisions.slugs.set(key, sees);
    return sees;
  }

  /** Whether it sees live versions as such; one that has a tag which it sees, it sees anyway. */
  get seesLive(): boolean {
    return this.refs?.live ?? true;
  }

  seesTag(tag: string): boolean {
    return this.refs === undefined || this.#matchesTag(tag);
  }

  /** Whether it sees a version, given whether that is live and the version's tags. */
  seesVersion({ isLive, tags }: { readonly isLive: boolean; readonly tags: readonly string[] }): boolean {
    return (isLive && this.seesLive) || this.refs === undefined || tags.some((tag) => this.#matchesTag(tag));
  }

  /** The same of a version of this number, given what its prompt's refs are. */
  seesNumber(prompt: PromptRefs, number: number): boolean {
    if (this.refs === undefined || (this.refs.live && number === prompt.live)) return true;
    const key = this.#prefix + prompt.id;
    const known = this.#decisions.tagged.get(key);
    if (known?.tags === prompt.tags) return known.numbers.has(number);
    const numbers = new Set(Object.values(this.seenTags(prompt.tags)));
    this.#decisions.tagged.set(key, { tags: prompt.tags, numbers });
    return numbers.has(number);
  }

  /** Those of the tags that it sees; the same object if these are all. */
  seenTags(tags: TagTable): TagTable {
    if (this.refs === undefined) return tags;
    const all = Object.entries(tags);
    const seen = all.filter(([tag]) => this.#matchesTag(tag));
    return seen.length === all.length ? tags : Object.fromEntries(seen);
  }

  /** Whether it may change what every ref of a prompt gives, which needs all of them. */
  coversRefs(tags: readonly string[]): boolean {
    return this.seesLive && tags.every((tag) => this.seesTag(tag));
  }
}

/** Limits of kinds that this build does not know: the key must not be taken for one without them. */
export function hasUnknownLimits(limits: Declared): boolean {
  const known: Readonly<Record<string, true>> = { slugs: true, refs: true };
  return Object.keys(limits).some((kind) => known[kind] !== true);
}

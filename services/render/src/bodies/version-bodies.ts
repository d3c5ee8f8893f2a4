/**
 * Versions that are not live: the prompt's event does not hold their templates, so they are fetched from the stream on first use, compiled
 * and cached, least recently used ones evicted first. The prompt's version table says which revision of a body counts.
 */
import { LRUCache } from 'lru-cache';
import type { KnownSchema, PromptEntry, VersionRow } from '../prompts/mod.ts';
import { RenderableVersion } from '../prompts/mod.ts';
import { type BodySource, contentOf, fetchBody, VersionGoneError } from './body-source.ts';

export interface VersionBodiesOptions {
  readonly source: BodySource;
  /** Bound of the kept templates together, in bytes of memory. */
  readonly maxBytes: number;
  /** How many fetches may be under way at once; a render that needs one more is refused, one that a prefetch needs waits. */
  readonly maxFetches: number;
  /** A prompt may have changed or gone by the time that its prefetch comes up. */
  readonly promptById: (promptId: string) => PromptEntry | undefined;
  /** The epoch since which revisions compare, empty when they always did; default: they always did. */
  readonly comparesSince?: () => string;
}

interface KeptVersion {
  readonly bodyRevision: number;
  /** What `comparesSince` said when it was fetched: later, the revision may be a lost one. */
  readonly since: string;
  readonly version: RenderableVersion;
}

/** What a kept version costs in addition to its content, compiled form included: measured at about four times the text, plus this. */
const FIXED_BYTES = 2_048;
const BYTES_PER_CHARACTER = 7;
/** Of a chat, for each message, part or placeholder. */
const BYTES_PER_PART = 4_096;

/** Of a schema's JSON, with the judge that is made of it: measured with short names that are required and nothing else, which are the costliest. */
const BYTES_PER_SCHEMA_CHARACTER = 120;

/** Prefetches that wait; beyond it a tagged version is simply fetched when it is first rendered. */
const MAX_WAITING_PREFETCHES = 10_000;

/** Never answers with a body older than the version table states; a newer one is served, since the table is about to say so. */
export class VersionBodies {
  readonly #source: BodySource;
  readonly #kept: LRUCache<string, KeptVersion>;
  readonly #underWay = new Map<string, Promise<KeptVersion | 'gone' | undefined>>();
  readonly #maxFetches: number;
  readonly #promptById: (promptId: string) => PromptEntry | undefined;
  readonly #comparesSince: () => string;
  readonly #toPrefetch = new Map<string, { promptId: string; number: number }>();

  constructor(options: VersionBodiesOptions) {
    this.#source = options.source;
    this.#maxFetches = options.maxFetches;
    this.#promptById = options.promptById;
    this.#comparesSince = options.comparesSince ?? (() => '');
    this.#kept = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ version: { contentBytes, template, partCount, schemaCharacters } }) =>
        FIXED_BYTES +
        contentBytes +
        template.length * BYTES_PER_CHARACTER +
        partCount * BYTES_PER_PART +
        schemaCharacters * BYTES_PER_SCHEMA_CHARACTER,
    });
  }

  /** How many versions are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** The version, when it is in memory already. */
  peek(prompt: PromptEntry, row: VersionRow): RenderableVersion | undefined {
    const [number, , bodyRevision] = row;
    if (prompt.live?.number === number) return prompt.live;
    const key = keyOf(prompt.id, number);
    const kept = this.#kept.get(key);
    if (kept === undefined || !this.#isAsNewAs(kept, bodyRevision)) return undefined;
    if (kept.version.prompt === prompt) return kept.version;
    // The prompt has changed but not this template: slug and tags are read anew, the compiled template is kept.
    const version = new RenderableVersion(prompt, number, kept.version, kept.version);
    this.#kept.set(key, { ...kept, version });
    return version;
  }

  /** Fetches a version that `peek` did not have. Undefined when it cannot be had at the moment; `gone` when whoever has all says that there is none. */
  async load(prompt: PromptEntry, row: VersionRow): Promise<RenderableVersion | 'gone' | undefined> {
    const [number, , bodyRevision] = row;
    const key = keyOf(prompt.id, number);
    let fetching = this.#underWay.get(key);
    if (fetching === undefined) {
      if (this.#underWay.size >= this.#maxFetches) return undefined;
      fetching = this.#fetch(prompt, number, bodyRevision).finally(() => {
        this.#underWay.delete(key);
        this.#prefetchNext();
      });
      this.#underWay.set(key, fetching);
    }
    const kept = await fetching;
    if (kept === 'gone') return kept;
    return kept !== undefined && this.#isAsNewAs(kept, bodyRevision) ? kept.version : undefined;
  }

  /**
   * The schema in the body of a version, also of a live one; null where the body has none. Undefined when it cannot be had at the moment.
   */
  async schemaOf(prompt: PromptEntry, row: VersionRow): Promise<KnownSchema> {
    const [number, , bodyRevision] = row;
    const kept = this.#kept.get(keyOf(prompt.id, number));
    if (kept !== undefined && this.#isAsNewAs(kept, bodyRevision)) return kept.version.schema;
    const loaded = await this.load(prompt, row);
    return loaded === 'gone' ? undefined : loaded?.schema;
  }

  /** To be told when more has been made of a version: if it is kept here, its size is taken anew. */
  weigh(version: RenderableVersion): void {
    const key = keyOf(version.prompt.id, version.number);
    const kept = this.#kept.peek(key);
    if (kept?.version === version) this.#kept.set(key, { ...kept });
  }

  /** After the registry's database went back, a later revision may be a lost one; the very revision is one that the database has. */
  #isAsNewAs(kept: KeptVersion, bodyRevision: number): boolean {
    if (kept.bodyRevision === bodyRevision) return true;
    return kept.bodyRevision > bodyRevision && kept.since === this.#comparesSince();
  }

  /** Fetches the prompt's tagged versions in the background: a tag is put on what is going to be rendered. */
  prefetchTagged(prompt: PromptEntry): void {
    for (const number of Object.values(prompt.tags)) {
      const row = prompt.versionRow(number);
      if (row === undefined || this.peek(prompt, row) !== undefined) continue;
      if (this.#toPrefetch.size >= MAX_WAITING_PREFETCHES) return;
      this.#toPrefetch.set(keyOf(prompt.id, number), { promptId: prompt.id, number });
    }
    this.#prefetchNext();
  }

  #prefetchNext(): void {
    // Half of the places stay free for renders that wait for a body.
    for (const [key, wanted] of this.#toPrefetch) {
      if (this.#underWay.size >= this.#maxFetches / 2) return;
      this.#toPrefetch.delete(key);
      this.#prefetch(wanted.promptId, wanted.number);
    }
  }

  #prefetch(promptId: string, number: number): void {
    const prompt = this.#promptById(promptId);
    const row = prompt?.versionRow(number);
    if (prompt === undefined || row === undefined || this.peek(prompt, row) !== undefined) return;
    void this.load(prompt, row);
  }

  async #fetch(
    prompt: PromptEntry,
    number: number,
    bodyRevision: number,
  ): Promise<KeptVersion | 'gone' | undefined> {
    const since = this.#comparesSince();
    const body = await fetchBody(this.#source, prompt.id, number, bodyRevision).catch(goneOf);
    if (body === undefined || body === 'gone') return body;
    const kept = {
      bodyRevision: body.revision,
      since,
      version: new RenderableVersion(prompt, number, contentOf(body)),
    };
    if (body.isPassing !== true) this.#kept.set(keyOf(prompt.id, number), kept);
    return kept;
  }
}

function goneOf(error: unknown): 'gone' {
  if (error instanceof VersionGoneError) return 'gone';
  throw error;
}

function keyOf(promptId: string, number: number): string {
  return `${promptId}.${number}`;
}

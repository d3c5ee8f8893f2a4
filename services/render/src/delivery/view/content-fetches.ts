/** Reads the contents of tagged versions for delivery. A few at a time: a team that is built may need thousands. */
import type { BodySource } from '../../bodies/mod.ts';
import { contentOf, fetchBody } from '../../bodies/mod.ts';
import type { PromptEntry, VersionContent, VersionRow } from '../../prompts/mod.ts';
import type { TaggedContent } from './delivered-entry.ts';

const MOST_AT_A_TIME = 16;
/** Until a body that could not be had is asked for again. Clients cannot render the version meanwhile, and its server may be back at any moment. */
const RETRY_MS = { first: 250, longest: 2_000 };

export interface ContentFetchesOptions {
  readonly source: BodySource;
  /** A content that is in memory already. */
  readonly peek: (prompt: PromptEntry, row: VersionRow) => VersionContent | undefined;
  /** Whether a content is still asked for; looked at before each attempt. */
  readonly isWanted: (promptId: string, row: VersionRow) => boolean;
  /** Called when a content has come, and after an attempt that brought nothing. */
  readonly onSettled: (promptId: string, hasCome: boolean) => void;
}

interface Fetch {
  readonly prompt: PromptEntry;
  readonly row: VersionRow;
  pauseMs: number;
}

export class ContentFetches {
  readonly #options: ContentFetchesOptions;
  /** By prompt, number and revision: each is asked for once at a time. */
  readonly #wanted = new Map<string, Fetch>();
  /** What has come and was not put into an entry yet, by prompt and number. */
  readonly #arrived = new Map<string, Map<number, TaggedContent>>();
  #queue: Fetch[] = [];
  readonly #retries = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #closed = false;
  /** Rises when all is forgotten. */
  #round = 0;

  constructor(options: ContentFetchesOptions) {
    this.#options = options;
  }

  /** The content if it is in memory; else it is fetched, again and again while it is wanted. */
  get(prompt: PromptEntry, row: VersionRow): TaggedContent | undefined {
    const [number, , bodyRevision] = row;
    const arrived = this.#arrived.get(prompt.id)?.get(number);
    if (arrived !== undefined && arrived.bodyRevision >= bodyRevision) return arrived;
    const content = this.#options.peek(prompt, row);
    if (content !== undefined) return { bodyRevision, content };
    const key = keyOf(prompt.id, row);
    if (!this.#wanted.has(key)) {
      const fetch = { prompt, row, pauseMs: RETRY_MS.first };
      this.#wanted.set(key, fetch);
      this.#queue.push(fetch);
      this.#next();
    }
    return undefined;
  }

  /** The prompt's contents have been put into an entry, or are not needed any more. */
  release(promptId: string): void {
    this.#arrived.delete(promptId);
  }

  /** Forgets what has come and what is on its way: revisions do not compare with those that are wanted from now on. */
  forget(): void {
    this.#arrived.clear();
    this.#wanted.clear();
    this.#queue = [];
    this.#round += 1;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#retries) clearTimeout(timer);
    this.#queue = [];
    this.#wanted.clear();
  }

  #next(): void {
    while (this.#underWay < MOST_AT_A_TIME) {
      const fetch = this.#queue.shift();
      if (fetch === undefined) return;
      const { prompt, row } = fetch;
      if (!this.#options.isWanted(prompt.id, row)) {
        this.#wanted.delete(keyOf(prompt.id, row));
        continue;
      }
      this.#underWay += 1;
      void this.#run(fetch);
    }
  }

  async #run(fetch: Fetch): Promise<void> {
    const { prompt, row } = fetch;
    const [number, , bodyRevision] = row;
    const round = this.#round;
    const body = await fetchBody(this.#options.source, prompt.id, number, bodyRevision);
    this.#underWay -= 1;
    if (this.#closed) return;
    if (round !== this.#round) {
      // Who waits for it asks again.
      this.#options.onSettled(prompt.id, true);
      this.#next();
      return;
    }
    if (body === undefined) this.#later(fetch);
    else {
      this.#wanted.delete(keyOf(prompt.id, row));
      this.#keep(prompt.id, number, { bodyRevision: body.revision, content: contentOf(body) });
    }
    this.#options.onSettled(prompt.id, body !== undefined);
    this.#next();
  }

  #keep(promptId: string, number: number, content: TaggedContent): void {
    const kept = this.#arrived.get(promptId) ?? new Map<number, TaggedContent>();
    kept.set(number, content);
    this.#arrived.set(promptId, kept);
  }

  #later(fetch: Fetch): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.#queue.push(fetch);
      this.#next();
    }, fetch.pauseMs).unref();
    fetch.pauseMs = Math.min(fetch.pauseMs * 2, RETRY_MS.longest);
    this.#retries.add(timer);
  }
}

function keyOf(promptId: string, [number, , bodyRevision]: VersionRow): string {
  return `${promptId}.${number}@${bodyRevision}`;
}

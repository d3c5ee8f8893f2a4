/** A prompt as it is delivered: what the stream says of it, and the contents of its tagged versions. */

import { fingerprint } from '@px0/delivery/fingerprint';
import { type DeliveredPrompt, type DeliveredVersion, LANGUAGE_LEVEL } from '@px0/delivery/server';
import { isLightTemplate } from '@px0/heavy-renders';
import type { InputSchema } from '@px0/input-contract';
import { compileProgram, TemplateSyntaxError } from '@px0/template';
import type { PromptEntry, VersionContent, VersionRow } from '../../prompts/mod.ts';

/** Of a version that is tagged and not live. */
export interface TaggedContent {
  /** That of the version table when it was fetched. */
  readonly bodyRevision: number;
  readonly content: VersionContent;
  /** What the program needs, where the content has no schema and somebody has looked. */
  readonly inferred?: InputSchema | undefined;
}

export type TaggedContents = ReadonlyMap<number, TaggedContent>;

/** What all versions of one prompt may take in JSON. It leaves room for the rest of a frame, which has 8 MiB at most. */
const MAX_PROMPT_BYTES = 4 * 1024 * 1024;
/** Finding out what a program needs takes up to some milliseconds, and a prompt may have thousands of tags. */
const MOST_INFERRED = 16;
/** What a unit of UTF-16 has at most in UTF-8. */
const MOST_BYTES_OF_A_UNIT = 3;

/** Immutable, but for its place in the log of its team. There may be 100,000, so what can be had from the prompt's own entry is not kept. */
export class DeliveredEntry {
  readonly prompt: PromptEntry;
  readonly fingerprint: string;
  /** What revisions of its contents compare with: those of entries that were made since the same epoch. */
  readonly comparesSince: string;
  readonly #tagged: TaggedContents | undefined;
  /** Its place in its team's log. */
  slot = -1;

  constructor(prompt: PromptEntry, tagged: TaggedContents, comparesSince = '') {
    this.prompt = prompt;
    this.comparesSince = comparesSince;
    this.#tagged = tagged.size === 0 ? undefined : tagged;
    if (prompt.delivered !== undefined) {
      this.fingerprint = prompt.delivered.etag;
      return;
    }
    this.fingerprint = fingerprint({
      id: prompt.id,
      slug: prompt.slug,
      teamId: prompt.teamId,
      status: statusOf(prompt),
      createdAt: prompt.createdAt,
      live: prompt.live?.number ?? null,
      versions: deliveredRows(prompt).map((row) => {
        const [number, status, bodyRevision] = row;
        const content = this.#contentOf(row);
        const schema = content && this.#schemaOf(row, content);
        return { number, status, bodyRevision, isPending: content === undefined, schema };
      }),
      tags: prompt.tags,
      contract: prompt.contract,
    });
  }

  /** The content of a version as it is held here, tagged or live, when it is no older than the table says. */
  held(number: number, bodyRevision: number): TaggedContent | undefined {
    const tagged = this.#taggedContent(number, bodyRevision);
    const { live } = this.prompt;
    if (tagged !== undefined || live?.number !== number) return tagged;
    const heldRevision = this.prompt.versionRow(number)?.[2] ?? 0;
    if (heldRevision < bodyRevision) return undefined;
    const { template, outline, sources, config, schema } = live;
    return { bodyRevision: heldRevision, content: { template, outline, sources, config, schema } };
  }

  #taggedContent(number: number, bodyRevision: number): TaggedContent | undefined {
    const held = this.#tagged?.get(number);
    return held !== undefined && held.bodyRevision >= bodyRevision ? held : undefined;
  }

  /** The JSON text of a `DeliveredPrompt`. */
  json(): string {
    // As it came, with what only a later px0 knows.
    if (this.prompt.delivered !== undefined) return JSON.stringify(this.prompt.delivered);
    const rows = deliveredRows(this.prompt);
    // Nearly all are small. What may not fit is not put together before it is looked at version by version.
    if (this.#lengthOf(rows) * MOST_BYTES_OF_A_UNIT <= MAX_PROMPT_BYTES) {
      const text = JSON.stringify(this.#with(rows.map((row) => this.#version(row, this.#contentOf(row)))));
      // Whatever its characters are, it fits.
      if (text.length * MOST_BYTES_OF_A_UNIT <= MAX_PROMPT_BYTES) return text;
    }
    const end = `],"etag":"${this.fingerprint}"}`;
    return JSON.stringify(this.#with([])).slice(0, -end.length) + this.#versionTexts(rows).join(',') + end;
  }

  /** In one piece: an object put together from parts takes a fifth longer. */
  #with(versions: readonly DeliveredVersion[]): DeliveredPrompt {
    const { prompt } = this;
    return {
      id: prompt.id,
      slug: prompt.slug,
      status: statusOf(prompt),
      created_at: prompt.createdAt,
      live: prompt.live?.number ?? null,
      tags: prompt.tags,
      contract: prompt.contract,
      versions,
      etag: this.fingerprint,
    };
  }

  /** Of the templates alone. */
  #lengthOf(rows: readonly VersionRow[]): number {
    return rows.reduce((sum, row) => sum + (this.#contentOf(row)?.template.length ?? 0), 0);
  }

  /** The live version is what most renders use, so it is the last to be left out. */
  #versionTexts(rows: readonly VersionRow[]): string[] {
    const live = this.prompt.live?.number;
    const texts = new Map<number, string>();
    let bytes = 0;
    for (const row of rows.toSorted(([one], [other]) => Number(other === live) - Number(one === live))) {
      const text = JSON.stringify(this.#version(row, this.#contentOf(row)));
      const isTooLarge = bytes + Buffer.byteLength(text) > MAX_PROMPT_BYTES;
      if (!isTooLarge) bytes += Buffer.byteLength(text);
      texts.set(row[0], isTooLarge ? JSON.stringify(this.#version(row, 'too_large')) : text);
    }
    return rows.map(([number]) => texts.get(number) ?? '');
  }

  /** Delivered while the contract is not off. */
  #schemaOf([number, , bodyRevision]: VersionRow, { schema }: VersionContent): InputSchema | undefined {
    if (this.prompt.contract === undefined) return undefined;
    if (schema != null) return schema;
    return infersSchemas(this.prompt) ? this.#taggedContent(number, bodyRevision)?.inferred : undefined;
  }

  /** As it is delivered. */
  #version(row: VersionRow, content: VersionContent | 'too_large' | undefined): DeliveredVersion {
    const [version, status] = row;
    const language = LANGUAGE_LEVEL;
    if (content === undefined || content === 'too_large')
      return { version, status, template: null, missing: content ?? 'pending', language };
    const { template, outline, sources, config } = content;
    const schema = this.#schemaOf(row, content);
    return {
      version,
      status,
      template,
      ...(outline !== undefined && { outline }),
      ...(sources !== undefined && { sources }),
      ...(config !== undefined && { config }),
      ...(schema !== undefined && { schema }),
      language,
    };
  }

  #contentOf([number, , bodyRevision]: VersionRow): VersionContent | undefined {
    const { live } = this.prompt;
    return number === live?.number ? live : this.#taggedContent(number, bodyRevision)?.content;
  }
}

/** The versions that are delivered: the live one and every tagged one, ascending. A tag on a version that does not exist yet delivers nothing. */
export function deliveredRows(prompt: PromptEntry): VersionRow[] {
  const tagged = Object.values(prompt.tags);
  // Most prompts have no tags, and a first transfer looks at 100,000 of them.
  if (tagged.length === 0) return rowsOf(prompt, prompt.live === undefined ? [] : [prompt.live.number]);
  const numbers = new Set(tagged);
  if (prompt.live !== undefined) numbers.add(prompt.live.number);
  return rowsOf(
    prompt,
    [...numbers].sort((one, other) => one - other),
  );
}

function rowsOf(prompt: PromptEntry, numbers: readonly number[]): VersionRow[] {
  const rows: VersionRow[] = [];
  for (const number of numbers) {
    const row = prompt.versionRow(number);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** Whether the versions of a prompt are delivered with what their programs need, where there is nothing more that their authors want. */
export function infersSchemas(prompt: PromptEntry): boolean {
  return prompt.contract !== undefined && deliveredRows(prompt).length <= MOST_INFERRED;
}

/** With what the program needs, unless the author has said more. */
export function withSchema(tagged: TaggedContent): TaggedContent {
  const { content, inferred } = tagged;
  if (content.schema != null || inferred !== undefined) return tagged;
  return { ...tagged, inferred: inferredOf(content) };
}

function inferredOf({ template, outline, sources }: VersionContent): InputSchema | undefined {
  if (!isLightTemplate(template)) return undefined;
  try {
    return compileProgram({ template, outline, sources }).inputSchema;
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}

function statusOf({ archived }: PromptEntry): string {
  return archived ? 'archived' : 'active';
}

/**
 * The document of exports and imports: a team's prompts with everything that belongs to them, without what an installation
 * assigns (ids, times). Version numbers in it only distinguish its versions; an import assigns its own.
 * See docs/decisions/074-imports-and-prompt-files.md.
 */
import { type Assertion, AssertionsFault, readAssertions } from '@px0/assertions';
import { namedValues, schemas } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { z } from 'zod';
import { MAX_SNAPSHOT_BYTES } from '../payloads/thread.ts';
import { promptTexts, requireFolder } from '../prompts/thread.ts';
import { requireTag, requireTagForm } from '../tags/thread.ts';
import { type CheckedContent, requireNote } from '../versions/thread.ts';
import { DocumentContents } from './document-contents.ts';
import { at, invalid } from './document-fault.ts';

/** A document of texts without anything that came later: an older px0 reads all of it. */
export const FIRST_KIND = 'px0/prompts/v1';
/**
 * With folders, contracts, conversations, configurations, input schemas, notes, assertions and snapshots. A px0 that is older than the kind refuses
 * it, rather than lose them.
 */
export const SECOND_KIND = 'px0/prompts/v2';

export type DocumentKind = typeof FIRST_KIND | typeof SECOND_KIND;

const status = z.enum(['draft', 'stable', 'live', 'archived']).default('draft');

const firstVersion = z.object({ number: z.int().min(1), status, template: z.string() });

const secondVersion = firstVersion.extend({
  template: z.string().optional(),
  messages: schemas.CreateVersionRequest.shape.messages,
  config: namedValues(z.unknown()).optional(),
  input_schema: namedValues(z.unknown()).optional(),
  note: z.string().default(''),
});

const payloadSchema = z.object({
  name: z.string().max(255).nullable().default(null),
  variables: z.unknown(),
});

const secondPayload = payloadSchema.extend({
  assertions: z.array(z.record(z.string(), z.unknown())).optional(),
  snapshot: z.string().optional(),
});

const firstPrompt = z.object({
  slug: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['active', 'archived']).optional(),
  versions: z.array(firstVersion).default([]),
  tags: namedValues(z.int().min(1)).default({}),
  payloads: z.array(payloadSchema).default([]),
});

const secondPrompt = firstPrompt.extend({
  folder: z.string().optional(),
  contract: z.enum(['off', 'warn', 'enforce']).optional(),
  versions: z.array(secondVersion).default([]),
  payloads: z.array(secondPayload).default([]),
});

const firstDocument = z.object({ kind: z.literal(FIRST_KIND), prompts: z.array(firstPrompt) });
const secondDocument = z.object({ kind: z.literal(SECOND_KIND), prompts: z.array(secondPrompt) });

type FirstPrompt = z.infer<typeof firstPrompt>;
type SecondPrompt = z.infer<typeof secondPrompt>;
type SecondVersion = z.infer<typeof secondVersion>;

/** What both kinds of documents say, as one. */
type RawVersion = Pick<SecondVersion, 'number' | 'status'> & Partial<SecondVersion>;
type RawPayload = z.infer<typeof payloadSchema> & Partial<z.infer<typeof secondPayload>>;
type RawPrompt = Omit<FirstPrompt, 'versions' | 'payloads'> &
  Pick<Partial<SecondPrompt>, 'folder' | 'contract'> & {
    readonly versions: readonly RawVersion[];
    readonly payloads: readonly RawPayload[];
  };

export interface DocumentPayload extends z.infer<typeof payloadSchema> {
  /** Undefined: the document does not say. */
  readonly assertions?: readonly Assertion[];
  /** The accepted output. Undefined: the document does not say. */
  readonly snapshot?: string;
}

/** A version by what it holds: `digest` leads to its content. */
export interface DocumentVersion extends Pick<RawVersion, 'number' | 'status'> {
  readonly digest: string;
  readonly note: string;
}

export interface DocumentPrompt extends Omit<z.infer<typeof firstPrompt>, 'versions' | 'payloads'> {
  /** Undefined: the document does not say. */
  readonly folder?: string | undefined;
  readonly contract?: RawPrompt['contract'];
  readonly versions: readonly DocumentVersion[];
  readonly payloads: readonly DocumentPayload[];
}

export interface PromptDocument {
  readonly prompts: readonly DocumentPrompt[];
}

/** What versions hold, by its digest. Their notes are not part of it. */
export type Contents = ReadonlyMap<string, CheckedContent>;

export interface ParsedDocument {
  readonly document: PromptDocument;
  readonly contents: Contents;
}

/** A prompt of a document that an import would refuse, and its error. */
export interface InvalidPrompt {
  /** As the document gives it; empty if it gives none. */
  readonly slug: string;
  readonly error: string;
}

/** The prompts of a document that an import would take, and the others. */
export interface SortedDocument extends ParsedDocument {
  /** The places of the document's prompts among all that were given. */
  readonly places: readonly number[];
  readonly invalid: readonly InvalidPrompt[];
}

/** Each costs some statements, and a request has to end while its caller still waits. Larger documents come in pieces. */
const MAX_PARTS = 1_000;

/** @throws ApiError invalidDocument, naming the first place that is wrong */
export function parseDocument(raw: unknown): ParsedDocument {
  const isSecond = typeof raw === 'object' && raw !== null && 'kind' in raw && raw.kind === SECOND_KIND;
  const parsed = (isSecond ? secondDocument : firstDocument).safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is invalid');
  }
  const prompts: readonly RawPrompt[] = parsed.data.prompts;
  requireSize(prompts);
  const slugs = new Set<string>();
  const names = new Set<string>();
  const contents = new DocumentContents();
  const checked: DocumentPrompt[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const place = `prompts.${index}`;
    requireUnused(slugs, prompt.slug, `${place}.slug`);
    requireUnused(names, prompt.name, `${place}.name`);
    checked.push(checkPrompt(prompt, place, contents));
  }
  return { document: { prompts: checked }, contents: contents.byDigest };
}

/**
 * Judges each prompt by itself, so that one that is broken hides nothing of the others.
 *
 * @throws ApiError invalidDocument for what is no document of prompts, or one that is too large
 */
export function sortDocument(raw: unknown): SortedDocument {
  const { success, data } = givenPrompts.safeParse(raw);
  // What this throws is about the document as a whole.
  if (!success) return { ...parseDocument(raw), places: [], invalid: [] };
  parseDocument({ ...data, prompts: [] });
  if (data.prompts.length > MAX_PARTS) throw tooManyParts();
  const sorted = { prompts: [] as DocumentPrompt[], contents: new Map<string, CheckedContent>() };
  const places: number[] = [];
  const invalidPrompts: InvalidPrompt[] = [];
  const seen = { slugs: new Set<string>(), names: new Set<string>() };
  let parts = 0;
  for (const [place, given] of data.prompts.entries()) {
    try {
      const { document, contents } = parseDocument({ ...data, prompts: [given] });
      for (const prompt of document.prompts) {
        parts += partsOf(prompt);
        requireUnused(seen.slugs, prompt.slug, 'prompts.0.slug');
        requireUnused(seen.names, prompt.name, 'prompts.0.name');
        sorted.prompts.push(prompt);
        places.push(place);
      }
      for (const [digest, content] of contents) sorted.contents.set(digest, content);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'invalidDocument') throw error;
      const named = givenSlug.safeParse(given);
      invalidPrompts.push({
        slug: named.data?.slug ?? '',
        error: error.publicMessage.replace('prompts.0', `prompts.${place}`),
      });
    }
    if (parts > MAX_PARTS) throw tooManyParts();
  }
  return {
    document: { prompts: sorted.prompts },
    contents: sorted.contents,
    places,
    invalid: invalidPrompts,
  };
}

const givenPrompts = z.looseObject({ prompts: z.array(z.unknown()) });
const givenSlug = z.object({ slug: z.string() });

type Parts = Pick<RawPrompt, 'tags'> & {
  readonly versions: readonly unknown[];
  readonly payloads: readonly unknown[];
};

function partsOf({ versions, tags, payloads }: Parts): number {
  return 1 + versions.length + Object.keys(tags).length + payloads.length;
}

function tooManyParts(): ApiError {
  return invalid('prompts', `hold more than ${MAX_PARTS} prompts, versions, tags and payloads`);
}

function requireSize(prompts: readonly RawPrompt[]): void {
  if (prompts.reduce((count, prompt) => count + partsOf(prompt), 0) > MAX_PARTS) throw tooManyParts();
}

function checkPrompt(prompt: RawPrompt, place: string, contents: DocumentContents): DocumentPrompt {
  const { slug, name, description, folder, contract, status: own, tags, payloads } = prompt;
  at(place, () => {
    // A slug that is not in its normal form would never be found again by the next import.
    if (promptTexts({ slug, name, description }).slug !== slug)
      throw invalid(`${place}.slug`, 'is not normalised');
  });
  at(`${place}.folder`, () => requireFolder(folder ?? ''));
  const numbers = new Set<number>();
  const versions: DocumentVersion[] = [];
  for (const [index, version] of prompt.versions.entries()) {
    const versionPlace = `${place}.versions.${index}`;
    requireUnused(numbers, version.number, `${versionPlace}.number`);
    const { number, status: state, note = '' } = version;
    versions.push({ number, status: state, digest: contents.add(version, versionPlace), note });
    at(`${versionPlace}.note`, () => requireNote(note));
  }
  if (versions.filter(({ status: state }) => state === 'live').length > 1)
    throw invalid(`${place}.versions`, 'have more than one live');
  for (const [tag, number] of Object.entries(tags)) {
    at(`${place}.tags`, () => requireTagForm(tag));
    if (!numbers.has(number)) throw invalid(`${place}.tags.${tag}`, 'names no version of the document');
  }
  const checked = payloads.map((payload, index) => checkPayload(payload, `${place}.payloads.${index}`));
  return { slug, name, description, folder, contract, status: own, versions, tags, payloads: checked };
}

/** Patterns are compiled elsewhere, see `ImportPrompts`. */
function checkPayload({ name, variables, assertions, snapshot }: RawPayload, place: string): DocumentPayload {
  if (snapshot !== undefined && Buffer.byteLength(snapshot) > MAX_SNAPSHOT_BYTES)
    throw invalid(`${place}.snapshot`, `must be at most ${MAX_SNAPSHOT_BYTES} bytes`);
  return {
    name,
    variables,
    ...(assertions !== undefined && { assertions: at(place, () => readDocumented(assertions)) }),
    ...(snapshot !== undefined && { snapshot }),
  };
}

const ASSERTION_KEYS = new Set(['type', 'value', 'encoding', 'severity', 'note', 'message']);

/** A document that was written for a later px0 is refused, rather than judged by a part of what it says. @throws AssertionsFault */
function readDocumented(given: readonly Readonly<Record<string, unknown>>[]): Assertion[] {
  const assertions = readAssertions(given);
  for (const [index, one] of given.entries()) {
    const unknown = Object.keys(one).find((key) => !ASSERTION_KEYS.has(key));
    if (unknown !== undefined) throw new AssertionsFault(`assertions.${index}.${unknown}`, 'is not known');
  }
  return assertions;
}

/**
 * Judges a tag that an import would set; one that the prompt has already may be in the document, whatever it is.
 *
 * @throws ApiError invalidDocument
 */
export function requireSettable(document: PromptDocument, slug: string, tag: string): void {
  const index = document.prompts.findIndex((prompt) => prompt.slug === slug);
  at(`prompts.${index}.tags`, () => requireTag(tag));
}

function requireUnused<T>(seen: Set<T>, value: T, place: string): void {
  if (seen.has(value)) throw invalid(place, 'occurs twice');
  seen.add(value);
}

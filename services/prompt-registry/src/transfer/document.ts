/**
 * The document of exports and imports: a team's prompts with everything that belongs to them, without what an installation
 * assigns (ids, times). Version numbers in it only distinguish its versions; an import assigns its own.
 */
import { namedValues } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { z } from 'zod';
import { promptTexts } from '../prompts/thread.ts';
import { requireTag, requireTagForm } from '../tags/thread.ts';
import { type CheckedContent, checkTemplate } from '../versions/thread.ts';

export const DOCUMENT_KIND = 'px0/prompts/v1';

const versionSchema = z.object({
  number: z.int().min(1),
  status: z.enum(['draft', 'stable', 'live', 'archived']).default('draft'),
  template: z.string(),
});

const payloadSchema = z.object({
  name: z.string().max(255).nullable().default(null),
  variables: z.unknown(),
});

const promptSchema = z.object({
  slug: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['active', 'archived']).optional(),
  versions: z.array(versionSchema).default([]),
  tags: namedValues(z.int().min(1)).default({}),
  payloads: z.array(payloadSchema).default([]),
});

const documentSchema = z.object({ kind: z.literal(DOCUMENT_KIND), prompts: z.array(promptSchema) });

export type PromptDocument = z.infer<typeof documentSchema>;
export type DocumentPrompt = z.infer<typeof promptSchema>;
export type DocumentVersion = z.infer<typeof versionSchema>;
export type DocumentPayload = z.infer<typeof payloadSchema>;

export interface ParsedDocument {
  readonly document: PromptDocument;
  /** The document's templates by their texts. */
  readonly templates: ReadonlyMap<string, CheckedContent>;
}

/** Each costs some statements, and a request has to end while its caller still waits. Larger documents come in pieces. */
const MAX_PARTS = 1_000;

/** @throws ApiError invalidDocument, naming the first place that is wrong */
export function parseDocument(raw: unknown): ParsedDocument {
  const parsed = documentSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is invalid');
  }
  const document = parsed.data;
  requireSize(document);
  const slugs = new Set<string>();
  const names = new Set<string>();
  const templates = new Map<string, CheckedContent>();
  for (const [index, prompt] of document.prompts.entries()) {
    const place = `prompts.${index}`;
    requireUnused(slugs, prompt.slug, `${place}.slug`);
    requireUnused(names, prompt.name, `${place}.name`);
    requirePrompt(prompt, place, templates);
  }
  return { document, templates };
}

function requireSize({ prompts }: PromptDocument): void {
  const parts = prompts.reduce(
    (count, { versions, tags, payloads }) =>
      count + 1 + versions.length + Object.keys(tags).length + payloads.length,
    0,
  );
  if (parts > MAX_PARTS)
    throw invalid('prompts', `hold more than ${MAX_PARTS} prompts, versions, tags and payloads`);
}

function requirePrompt(prompt: DocumentPrompt, place: string, templates: Map<string, CheckedContent>): void {
  at(place, () => {
    // A slug that is not in its normal form would never be found again by the next import.
    if (promptTexts(prompt).slug !== prompt.slug) throw invalid(`${place}.slug`, 'is not normalised');
  });
  const numbers = new Set<number>();
  for (const [index, version] of prompt.versions.entries()) {
    requireUnused(numbers, version.number, `${place}.versions.${index}.number`);
    const { template } = version;
    if (templates.has(template)) continue;
    at(`${place}.versions.${index}.template`, () => templates.set(template, checkTemplate(template)));
  }
  if (prompt.versions.filter(({ status }) => status === 'live').length > 1)
    throw invalid(`${place}.versions`, 'have more than one live');
  for (const [tag, number] of Object.entries(prompt.tags)) {
    at(`${place}.tags`, () => requireTagForm(tag));
    if (!numbers.has(number)) throw invalid(`${place}.tags.${tag}`, 'names no version of the document');
  }
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

/** The rules of single operations, with the place in the document that broke them. */
function at(place: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof ApiError && error.code !== 'invalidDocument')
      throw invalid(place, error.publicMessage);
    throw error;
  }
}

function invalid(place: string, message: string): ApiError {
  return new ApiError('invalidDocument', { detail: place === '' ? message : `${place}: ${message}` });
}

/**
 * How prompts and versions are named on the command line. A version is a number, a tag or `live`. A word that could be two of these is refused while both
 * exist; the prefix `version:` or `tag:` resolves the ambiguity.
 * See docs/decisions/148-ambiguous-tags.md.
 */
import { NotFoundError } from '@px0/sdk';
import type { Prompt, PromptsApi, PromptVersion, PromptVersionsApi } from '@px0/sdk/api';
import { CliError } from './exit-codes.ts';
import { printable } from './text-input.ts';

/** How the help describes what `parseVersionRef` accepts. */
export const VERSION = 'number, tag or "live"; "tag:NAME" always means a tag';

export type VersionRef =
  | { readonly kind: 'tag'; readonly tag: string }
  /** `tag` is the word as a tag; undefined if the user excluded that with `version:`. */
  | { readonly kind: 'live'; readonly tag: string | undefined }
  | { readonly kind: 'number'; readonly number: number; readonly tag: string | undefined };

interface Apis {
  readonly prompts: PromptsApi;
  readonly versions: PromptVersionsApi;
}

/** Every 64-bit number has at most nineteen digits. */
const MOST_DIGITS = 19;
const LARGEST_INT64 = 2n ** 63n - 1n;

/** Whether px0 reads the text as a number where it expects a version: a 64-bit integer. */
export function isVersionNumber(text: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(text)) return false;
  const digits = text.replace(/^[+-]?0*(?=[0-9])/, '');
  if (digits.length > MOST_DIGITS) return false;
  return BigInt(digits) <= (text.startsWith('-') ? LARGEST_INT64 + 1n : LARGEST_INT64);
}

/**
 * Checks a text that becomes part of a path, where `.` and `..` would be resolved to another resource.
 *
 * @throws CliError
 */
export function requireReference(what: string, text: string): void {
  if (text === '') throw new CliError('usage', `${what} must not be empty`);
  if (text === '.' || text === '..') throw new CliError('usage', `${what} must not be "${text}"`);
}

/** For a render, whose path reads numbers as versions. @throws CliError */
export function requireRenderTag(tag: string): void {
  requireReference('the tag', tag);
  if (!isVersionNumber(tag)) return;
  throw new CliError(
    'usage',
    `a render reads the tag ${tag} as a version number; choose the version with --version`,
  );
}

/** @throws CliError for a text that cannot name a version */
export function parseVersionRef(text: string): VersionRef {
  const [, kind, name = text] = /^(tag|version):(.*)$/s.exec(text) ?? [];
  const what = 'the version';
  // A tag of dots cannot be part of a path, but it can be a parameter.
  if (kind === 'tag' && name !== '') return { kind, tag: name };
  requireReference(what, name);
  const tag = kind === undefined ? name : undefined;
  if (name === 'live') return { kind: 'live', tag };
  if (isVersionNumber(name)) {
    const number = Number(name);
    if (number >= 1 && Number.isSafeInteger(number)) return { kind: 'number', number, tag };
    const hint = tag === undefined ? '' : `; write tag:${name} for the tag`;
    throw new CliError('usage', `${what} ${name} is not a possible version number${hint}`);
  }
  if (tag !== undefined) return { kind: 'tag', tag };
  throw new CliError('usage', `${what} ${printable(text)} must have a number or "live" after "version:"`);
}

/** @throws NotFoundError; CliError if the word is also a tag of another version */
export async function versionOf(apis: Apis, prompt: Prompt, ref: VersionRef): Promise<PromptVersion> {
  const { id, slug } = prompt;
  if (ref.kind === 'tag')
    return found(await taggedVersion(apis.prompts, id, ref.tag), `${slug} has no tag ${ref.tag}`);
  const [version, tagged] = await Promise.all([
    ref.kind === 'live'
      ? liveVersionOf(apis.versions, prompt)
      : numberedVersion(apis.versions, id, ref.number),
    ref.tag === undefined ? undefined : taggedVersion(apis.prompts, id, ref.tag),
  ]);
  if (tagged !== undefined && tagged.version !== version?.version) {
    const which = `version:${ref.tag} or tag:${ref.tag}, which is version ${tagged.version}`;
    throw new CliError('usage', `${ref.tag} is also a tag of ${slug}; write ${which}`);
  }
  return found(version, ref.kind === 'live' ? `${slug} has no live version` : 'version not found');
}

export async function liveVersionOf(
  versions: PromptVersionsApi,
  { id }: Prompt,
): Promise<PromptVersion | undefined> {
  const [live] = (await versions.listVersions(id, 'live')).versions;
  return live;
}

async function numberedVersion(
  versions: PromptVersionsApi,
  id: string,
  number: number,
): Promise<PromptVersion | undefined> {
  return (await absentIfNotFound(versions.getVersion(id, String(number))))?.version;
}

/** Uses a parameter that is always a tag. In a path, `7` would be a number and `diff` another operation. */
async function taggedVersion(
  prompts: PromptsApi,
  id: string,
  tag: string,
): Promise<PromptVersion | undefined> {
  return (await absentIfNotFound(prompts.getPrompt(id, undefined, tag)))?.version;
}

async function absentIfNotFound<T>(request: Promise<T>): Promise<T | undefined> {
  return await request.catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
}

/** @throws NotFoundError */
function found(version: PromptVersion | undefined, message: string): PromptVersion {
  if (version === undefined) throw new NotFoundError(404, message);
  return version;
}

/** The two decisions of a render, free of transport: which version the caller means, and what its program gives. Single renders and batches share them. */
import { parseVersionRef } from '@px0/delivery/server';
import { BudgetSpent } from '@px0/heavy-renders';
import type { Meter } from '@px0/template';
import type { VersionBodies } from '../bodies/mod.ts';
import type { PromptDirectory, PromptEntry, RenderableVersion, VersionRow } from '../prompts/mod.ts';
import { Refusal } from './refusal.ts';
import type { RenderRequest } from './render-request.ts';
import { failureOf, renderedJson } from './rendered-json.ts';

/** A version that has to be fetched before it can be rendered. */
export class ToFetch {
  readonly prompt: PromptEntry;
  readonly row: VersionRow;

  constructor(prompt: PromptEntry, row: VersionRow) {
    this.prompt = prompt;
    this.row = row;
  }
}

/** Which prompt a caller means, and where it may be looked for. */
export interface Wanted {
  readonly slug: string;
  /** The version reference's text; undefined for the live version. */
  readonly version: string | undefined;
  /** The teams whose prompts the caller may read, narrowed to one where the caller named it. */
  readonly teamIds: Iterable<string>;
}

const PROMPT_NOT_FOUND = new Refusal('promptNotFound');
const VERSION_NOT_FOUND = new Refusal('versionNotFound');
const NO_LIVE_VERSION = new Refusal('noLiveVersion');
const TEMPLATE_PARSE_ERROR = new Refusal('templateParseError');
const TEMPLATE_NOT_YET_AVAILABLE = new Refusal('templateNotYetAvailable');

/** Finds the version that a caller means. A prompt outside the caller's teams does not exist for them. */
export function locate(
  directory: PromptDirectory,
  bodies: VersionBodies,
  wanted: Wanted,
): RenderableVersion | ToFetch | Refusal {
  const prompt = directory.find(wanted.slug, wanted.teamIds);
  if (prompt === undefined) return PROMPT_NOT_FOUND;
  if (wanted.version === undefined) return prompt.live ?? NO_LIVE_VERSION;
  const ref = parseVersionRef(wanted.version);
  const number = ref.kind === 'number' ? ref.number : prompt.taggedNumber(ref.tag);
  const row = number === undefined ? undefined : prompt.versionRow(number);
  if (row === undefined) return VERSION_NOT_FOUND;
  return bodies.peek(prompt, row) ?? new ToFetch(prompt, row);
}

/** Fetches what `locate` said is to be fetched. */
export async function fetchVersion(
  bodies: VersionBodies,
  wanted: ToFetch,
): Promise<RenderableVersion | Refusal> {
  return (await bodies.load(wanted.prompt, wanted.row)) ?? TEMPLATE_NOT_YET_AVAILABLE;
}

/** The render needs more than the main thread may give it. */
export const HEAVY = Symbol('heavy');

/** Runs the version's program within what the meter allows: what `renderedJson` gives, or why there is none. */
export function execute(
  version: RenderableVersion,
  request: RenderRequest,
  meter: Meter,
): string | Refusal | typeof HEAVY {
  const program = version.compiled();
  if (program === 'broken') return TEMPLATE_PARSE_ERROR;
  if (program === 'heavy') return HEAVY;
  try {
    return renderedJson(program, request, meter);
  } catch (error) {
    if (error instanceof BudgetSpent) return HEAVY;
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return new Refusal(failure.code, failure.detail);
  }
}

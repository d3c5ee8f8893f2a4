/** The two decisions of a render, free of transport: which version the caller means, and what its template gives. Single renders and batches share them. */
import type { BodyOf, routes } from '@px0/contracts';
import { BudgetSpent } from '@px0/heavy-renders';
import { type Meter, TemplateExecutionError } from '@px0/template';
import type { VersionBodies } from '../bodies/mod.ts';
import type { PromptDirectory, PromptEntry, RenderableVersion, VersionRow } from '../prompts/mod.ts';
import { parseVersionRef } from '../prompts/mod.ts';
import { Refusal } from './refusal.ts';

type Body = BodyOf<typeof routes.renderLive>;

/** What to render with: the body of a render, its types checked. */
export interface RenderRequest {
  readonly variables?: Body['variables'] | undefined;
  readonly options?:
    | { readonly missing_key?: NonNullable<Body['options']>['missing_key'] | undefined }
    | undefined;
}

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

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

/** The render needs more than the main thread may give it. */
export const HEAVY = Symbol('heavy');

/** Runs the version's template within what the meter allows: the rendered text, or why there is none. */
export function execute(
  version: RenderableVersion,
  request: RenderRequest,
  meter: Meter,
): string | Refusal | typeof HEAVY {
  const template = version.template();
  if (template === 'broken') return TEMPLATE_PARSE_ERROR;
  if (template === 'heavy') return HEAVY;
  const { variables = NO_VARIABLES, options } = request;
  const missingKey = options?.missing_key;
  try {
    return template.render(variables, missingKey === undefined ? { meter } : { meter, missingKey });
  } catch (error) {
    if (error instanceof TemplateExecutionError) return new Refusal('templateExecutionFailed', error.message);
    if (error instanceof BudgetSpent) return HEAVY;
    throw error;
  }
}

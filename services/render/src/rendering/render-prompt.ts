/** The two decisions of a render, free of transport: which version the caller means, and what its program gives. Single renders and batches share them. */
import type { KeyLimits } from '@px0/access';
import { parseVersionRef } from '@px0/delivery/server';
import { BudgetSpent, isLightTemplate } from '@px0/heavy-renders';
import { type CompiledProgram, JsonPieces, type Meter } from '@px0/template';
import type { VersionBodies } from '../bodies/mod.ts';
import type { PromptDirectory, PromptEntry, RenderableVersion, VersionRow } from '../prompts/mod.ts';
import { policyOf } from './contract.ts';
import { missingVariables } from './missing-variables.ts';
import { Refusal } from './refusal.ts';
import type { RenderRequest } from './render-request.ts';
import { type Rendered, run, Warned } from './rendered-json.ts';

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
  /** Of the caller's key; undefined: none. */
  readonly limits: KeyLimits | undefined;
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
  const { limits } = wanted;
  if (limits?.seesSlug(wanted.slug) === false) return PROMPT_NOT_FOUND;
  const prompt = directory.find(wanted.slug, wanted.teamIds);
  if (prompt === undefined) return PROMPT_NOT_FOUND;
  if (wanted.version === undefined) {
    if (limits?.seesLive === false) return NO_LIVE_VERSION;
    return prompt.live ?? awaitedLive(prompt, bodies);
  }
  const ref = parseVersionRef(wanted.version);
  if (limits?.refs !== undefined && !seesVersion(limits, prompt, ref)) return VERSION_NOT_FOUND;
  const number = ref.kind === 'number' ? ref.number : prompt.taggedNumber(ref.tag);
  const row = number === undefined ? undefined : prompt.versionRow(number);
  if (row === undefined) return VERSION_NOT_FOUND;
  return bodies.peek(prompt, row) ?? new ToFetch(prompt, row);
}

function seesVersion(
  limits: KeyLimits,
  prompt: PromptEntry,
  ref: ReturnType<typeof parseVersionRef>,
): boolean {
  if (ref.kind === 'tag') return limits.seesTag(ref.tag);
  const { id, tags } = prompt;
  const live = prompt.live?.number ?? prompt.awaitedLive?.[0];
  return limits.seesNumber({ id, live, tags }, ref.number);
}

/** A live version whose content is not with the prompt, if there is one. */
function awaitedLive(prompt: PromptEntry, bodies: VersionBodies): RenderableVersion | ToFetch | Refusal {
  const row = prompt.awaitedLive;
  if (row === undefined) return NO_LIVE_VERSION;
  return bodies.peek(prompt, row) ?? new ToFetch(prompt, row);
}

/** Fetches what `locate` said is to be fetched. */
export async function fetchVersion(
  bodies: VersionBodies,
  wanted: ToFetch,
): Promise<RenderableVersion | Refusal> {
  const version = await bodies.load(wanted.prompt, wanted.row);
  return version === 'gone' ? VERSION_NOT_FOUND : (version ?? TEMPLATE_NOT_YET_AVAILABLE);
}

/** The render needs more than the main thread may give it. */
export const HEAVY = Symbol('heavy');

/** The variables are to be judged by a schema that is to be learnt first. */
export const NEEDS_SCHEMA = Symbol('needs schema');

/** What a run on the main thread comes to: what `run` gives, why there is none, or what has to be done before. */
type Outcome = Rendered | Warned<Rendered> | Refusal | typeof HEAVY | typeof NEEDS_SCHEMA;

/** Runs the version's program within what the meter allows. */
export function execute(
  bodies: Pick<VersionBodies, 'weigh'>,
  version: RenderableVersion,
  request: RenderRequest,
  meter: Meter,
): Outcome {
  const program = version.compiled();
  if (program === 'broken') return TEMPLATE_PARSE_ERROR;
  if (program === 'heavy') return HEAVY;
  try {
    const policy = policyOf(version.prompt.contract, request.options?.contract);
    if (policy === undefined) return outcomeOf(run(program, request, meter), version, program, request);
    if (version.lacksSchema) return NEEDS_SCHEMA;
    const isFirst = !version.hasJudge;
    const judge = version.judge(program);
    if (judge === 'heavy') return HEAVY;
    if (isFirst) bodies.weigh(version);
    return outcomeOf(run(program, request, meter, { policy, judge }), version, program, request);
  } catch (error) {
    if (error instanceof BudgetSpent) return HEAVY;
    throw error;
  }
}

function outcomeOf(
  ran: ReturnType<typeof run>,
  { template }: RenderableVersion,
  program: CompiledProgram,
  request: RenderRequest,
): Rendered | Warned<Rendered> | Refusal {
  if (typeof ran === 'string' || ran instanceof JsonPieces || ran instanceof Warned) return ran;
  const isExplained = ran.code === 'templateExecutionFailed' && isLightTemplate(template);
  const hint = isExplained ? missingVariables(program, request, ran.detail) : undefined;
  return new Refusal(ran.code, ran.detail, ran.contract, hint);
}

/**
 * Learns the schema of a live version, which its event has only under a policy, from its body. Where that cannot be had at the moment, what the program
 * needs has to do.
 */
export async function learnSchema(
  directory: PromptDirectory,
  bodies: VersionBodies,
  version: RenderableVersion,
): Promise<void> {
  const prompt = directory.byId(version.prompt.id);
  const row = prompt?.versionRow(version.number);
  const isKnown = prompt !== undefined && row !== undefined;
  version.learnSchema(isKnown ? await bodies.schemaOf(prompt, row) : undefined);
}

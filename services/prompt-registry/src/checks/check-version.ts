/** Payloads as tests of a prompt: how a version renders with them, compared with the live one or another. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { ContractChange } from '@px0/input-contract';
import type { Reader } from '@px0/owner';
import type { TemplateVariable } from '@px0/template';
import { inputSchemaOf, programOf } from '../changes/mod.ts';
import type { FindPrompt, PromptRow } from '../prompts/mod.ts';
import {
  type CheckedContent,
  changeFor,
  type InputSchemas,
  liveVersion,
  parseVersionRef,
  refFor,
  requireSchema,
  requireSeenVersion,
  requireVersion,
  seesVersion,
  type VersionRow,
} from '../versions/mod.ts';
import type { CompletedCheck } from './complete-check.ts';
import type { ProgramCheck } from './program-check.ts';
import { listSamples } from './sample-store.ts';

/** What was found out about a program, saved or not. */
export interface ContentCheckResult extends CompletedCheck {
  readonly live: VersionRow | undefined;
  /** What it was compared with. */
  readonly base: VersionRow | undefined;
  /** Paths of what it requires and the base does not. */
  readonly newVariables: readonly string[];
  /** What changes for those who call the base. */
  readonly change: ContractChange;
  /** Changes with every change of a payload. */
  readonly payloadsDigest: string;
}

export interface CheckResult extends ContentCheckResult {
  readonly version: VersionRow;
}

export interface CheckVersionDependencies {
  readonly reader: Reader;
  readonly prompts: Pick<FindPrompt, 'run'>;
  readonly schemas: InputSchemas;
  readonly programs: ProgramCheck;
}

/** What is compared, as the database has it. */
interface Compared<Content> {
  readonly content: Content;
  readonly live: VersionRow | undefined;
  readonly base: VersionRow | undefined;
}

type Checked = Pick<
  CheckedContent,
  | 'template'
  | 'outline'
  | 'sources'
  | 'config'
  | 'messages'
  | 'variables'
  | 'authoredSchema'
  | 'inferredSchema'
>;

export interface CheckOptions {
  /** What to compare with; undefined or `live`: the live version. */
  readonly base?: string | undefined;
  /** `whole`: the caller is not shown what is found, only whether it holds, so that the limits of their key do not narrow it. */
  readonly sight?: 'limited' | 'whole';
}

export class CheckVersion {
  readonly #deps: CheckVersionDependencies;

  constructor(deps: CheckVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * The signal ends the check when nobody waits for it any more.
   *
   * @throws ApiError promptNotFound, versionNotFound, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    signal: AbortSignal,
    { base, sight = 'limited' }: CheckOptions = {},
  ): Promise<CheckResult> {
    const prompt = await this.#deps.prompts.run(principal, 'checkVersion', promptId);
    refFor(principal, ref);
    return this.of(prompt, ref, signal, { base, viewer: sight === 'limited' ? principal : undefined });
  }

  /**
   * The same for whoever may already know of the prompt.
   *
   * @param options `viewer`: whose limits hold; undefined: nobody is shown what is found
   * @throws ApiError versionNotFound, tooManyHeavyRenders
   */
  async of(
    prompt: Pick<PromptRow, 'id' | 'teamId' | 'contract'>,
    ref: string,
    signal: AbortSignal,
    { base, viewer }: { readonly base?: string | undefined; readonly viewer?: Principal | undefined } = {},
  ): Promise<CheckResult> {
    const { reader } = this.#deps;
    const load = () => readable(reader, viewer, prompt.id, ref);
    const { content: version, ...result } = await this.#check(prompt, ref, load, signal, { base, viewer });
    return { version, ...result };
  }

  /** The same for a content that is not saved. @throws ApiError versionNotFound of the base, tooManyHeavyRenders */
  async ofContent(
    prompt: Pick<PromptRow, 'id' | 'teamId' | 'contract'>,
    content: Checked,
    signal: AbortSignal,
    baseRef?: string,
  ): Promise<ContentCheckResult> {
    // No version has this number.
    const unsaved = '0';
    const load = async () => content;
    const { content: _, ...result } = await this.#check(prompt, unsaved, load, signal, { base: baseRef });
    return result;
  }

  async #check<Content extends Checked>(
    { id: promptId, teamId, contract }: Pick<PromptRow, 'id' | 'teamId' | 'contract'>,
    ref: string,
    load: () => Promise<Content>,
    signal: AbortSignal,
    {
      base: baseRef,
      viewer,
    }: { readonly base?: string | undefined; readonly viewer?: Principal | undefined },
  ): Promise<ContentCheckResult & { readonly content: Content }> {
    const { reader, schemas, programs } = this.#deps;
    const other = await this.#otherBase(promptId, baseRef, viewer, signal);
    const compared = await schemas.knowing(promptId, ref, signal, async () => {
      const content = await load();
      const found = await liveVersion(reader, promptId);
      const live = found && (viewer === undefined || seesVersion(viewer, found)) ? found : undefined;
      const both: Compared<Content> = { content, live, base: other ?? live };
      return { ...both, schema: requireSchema(content), change: changeFor(both.base, content) };
    });
    const { content, live, base, schema, change } = compared;
    const { samples, digest } = await listSamples(reader, promptId);
    const order = {
      version: programOf(content, schema),
      live: base === undefined ? undefined : programOf(base, inputSchemaOf(base)),
      isEnforced: contract === 'enforce',
      samples,
    };
    const outcome = await programs.run(teamId, order, signal);
    const newVariables = newlyRequired(content.variables, base?.variables ?? []);
    return { content, live, base, newVariables, change, payloadsDigest: digest, ...outcome };
  }

  /** What is compared with instead of the live version. @throws ApiError versionNotFound */
  async #otherBase(
    promptId: PromptId,
    baseRef: string | undefined,
    viewer: Principal | undefined,
    signal: AbortSignal,
  ): Promise<VersionRow | undefined> {
    if (baseRef === undefined || baseRef === '' || baseRef === LIVE) return undefined;
    const { reader, schemas } = this.#deps;
    return schemas.knowing(promptId, baseRef, signal, async () => {
      const base = await readable(reader, viewer, promptId, baseRef);
      requireSchema(base);
      return base;
    });
  }
}

/** @throws ApiError versionNotFound, also for what the viewer does not see */
function readable(
  reader: Reader,
  viewer: Principal | undefined,
  promptId: PromptId,
  text: string,
): Promise<VersionRow> {
  const ref = parseVersionRef(text);
  return viewer === undefined
    ? requireVersion(reader, promptId, ref)
    : requireSeenVersion(reader, viewer, promptId, ref);
}

/** What `base` calls the live version. A tag of this name is not found by it. */
const LIVE = 'live';

/** Paths of what these variables require and those before do not. */
export function newlyRequired(
  variables: readonly TemplateVariable[],
  before: readonly TemplateVariable[],
): string[] {
  const known = new Set(requiredPaths(before));
  return requiredPaths(variables).filter((name) => !known.has(name));
}

function requiredPaths(variables: readonly TemplateVariable[]): string[] {
  return variables.filter(({ required }) => required).map(({ path }) => path);
}

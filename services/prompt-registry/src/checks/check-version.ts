/** Payloads as tests of a prompt: how a version renders with them, compared with the live one. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { ContractChange } from '@px0/input-contract';
import type { Reader } from '@px0/owner';
import type { TemplateVariable } from '@px0/template';
import { inputSchemaOf, programOf } from '../changes/mod.ts';
import type { FindPrompt, PromptRow } from '../prompts/mod.ts';
import {
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
import type { CheckRunner } from './check-runner.ts';
import type { CheckOutcome } from './run-check.ts';
import { listSamples } from './sample-store.ts';

export interface CheckResult extends CheckOutcome {
  readonly version: VersionRow;
  readonly live: VersionRow | undefined;
  /** Paths of what the version requires and the live one does not. */
  readonly newVariables: readonly string[];
  /** What changes for those who call the live version. */
  readonly change: ContractChange;
}

export interface CheckVersionDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
  readonly runner: CheckRunner;
  readonly schemas: InputSchemas;
  readonly timeBudgetMs: number;
}

export class CheckVersion {
  readonly #deps: CheckVersionDependencies;

  constructor(deps: CheckVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * `sight`: whether the caller is shown what it finds, so that the limits of their key hold, or only whether it found something. The signal ends the check when nobody waits for it any more.
   *
   * @throws ApiError promptNotFound, versionNotFound, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    signal: AbortSignal,
    sight: 'limited' | 'whole' = 'limited',
  ): Promise<CheckResult> {
    const prompt = await this.#deps.prompts.run(principal, 'checkVersion', promptId);
    refFor(principal, ref);
    return this.of(prompt, ref, signal, sight === 'limited' ? principal : undefined);
  }

  /**
   * The same for whoever may already know of the prompt.
   *
   * @param viewer whose limits hold; undefined: nobody is shown what is found
   * @throws ApiError versionNotFound, tooManyHeavyRenders
   */
  async of(
    { id: promptId, teamId, contract }: PromptRow,
    ref: string,
    signal: AbortSignal,
    viewer?: Principal,
  ): Promise<CheckResult> {
    const { reader, runner, schemas, timeBudgetMs } = this.#deps;
    const compared = await schemas.knowing(promptId, ref, signal, async () => {
      const parsed = parseVersionRef(ref);
      const version =
        viewer === undefined
          ? await requireVersion(reader, promptId, parsed)
          : await requireSeenVersion(reader, viewer, promptId, parsed);
      const found = await liveVersion(reader, promptId);
      const live = found && (viewer === undefined || seesVersion(viewer, found)) ? found : undefined;
      return { version, live, schema: requireSchema(version), change: changeFor(live, version) };
    });
    const { version, live, schema, change } = compared;
    const samples = await listSamples(reader, promptId);
    const order = {
      version: programOf(version, schema),
      live: live === undefined ? undefined : programOf(live, inputSchemaOf(live)),
      isEnforced: contract === 'enforce',
      samples,
      timeBudgetMs,
    };
    const outcome = await runner.run(teamId, order, signal);
    return { version, live, newVariables: newlyRequired(version, live), change, ...outcome };
  }
}

/** Paths of what the version requires and the live one does not. */
export function newlyRequired(
  version: Pick<VersionRow, 'variables'>,
  live: VersionRow | undefined,
): string[] {
  const known = new Set(requiredPaths(live?.variables ?? []));
  return requiredPaths(version.variables).filter((name) => !known.has(name));
}

function requiredPaths(variables: readonly TemplateVariable[]): string[] {
  return variables.filter(({ required }) => required).map(({ path }) => path);
}

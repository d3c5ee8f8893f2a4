/** Payloads as tests of a prompt: how a version renders with them, compared with the live one. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { BudgetSpent, HeavyRefusal, isLightJson, isLightTemplate } from '@px0/heavy-renders';
import type { ContractChange } from '@px0/input-contract';
import type { Reader } from '@px0/owner';
import { compileProgram, type TemplateVariable } from '@px0/template';
import { inputSchemaOf, programOf } from '../changes/mod.ts';
import { isLightDiff } from '../diff/mod.ts';
import { type HeavyWork, LONG_WAIT_MS } from '../heavy/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import {
  changeFor,
  type InputSchemas,
  liveVersion,
  parseVersionRef,
  requireSchema,
  requireVersion,
  type VersionRow,
} from '../versions/mod.ts';
import { type CheckOrder, type CheckOutcome, endlessCheck, runCheck } from './run-check.ts';
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
  readonly heavy: HeavyWork;
  readonly schemas: InputSchemas;
  readonly timeBudgetMs: number;
}

export class CheckVersion {
  readonly #deps: CheckVersionDependencies;

  constructor(deps: CheckVersionDependencies) {
    this.#deps = deps;
  }

  /** The signal ends the check when nobody waits for it any more. @throws ApiError promptNotFound, versionNotFound, tooManyHeavyRenders */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    signal: AbortSignal,
  ): Promise<CheckResult> {
    const { reader, prompts, heavy, schemas, timeBudgetMs } = this.#deps;
    const { teamId, contract } = await prompts.run(principal, 'checkVersion', promptId);
    const compared = await schemas.knowing(promptId, ref, signal, async () => {
      const version = await requireVersion(reader, promptId, parseVersionRef(ref));
      const live = await liveVersion(reader, promptId);
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
    const organization = heavy.organizationOf(teamId);
    const outcome =
      this.#runHere(organization, order) ?? (await this.#runElsewhere(organization, order, signal));
    return { version, live, newVariables: newlyRequired(version, live), change, ...outcome };
  }

  /** One budget for the whole check; undefined when it is spent, or would be at once. */
  #runHere(organization: string, order: CheckOrder): CheckOutcome | undefined {
    if (!isLight(order)) return undefined;
    const meter = this.#deps.heavy.mainThreadMeter(organization);
    try {
      return runCheck(order, { meter, compile: compileProgram, beforeCompared });
    } catch (error) {
      if (error instanceof BudgetSpent) return undefined;
      throw error;
    }
  }

  /** The whole check is one task: it takes one place in the queue, and its payloads do not queue anew one by one. */
  async #runElsewhere(organization: string, order: CheckOrder, signal: AbortSignal): Promise<CheckOutcome> {
    try {
      return await this.#deps.heavy.pool.run(organization, 'check', order, {
        signal,
        bytes: charactersOf(order),
        waitMs: LONG_WAIT_MS,
      });
    } catch (error) {
      if (error instanceof HeavyRefusal && error.reason === 'tookTooLong') return endlessCheck(order);
      throw error;
    }
  }
}

function beforeCompared(from: string, to: string): void {
  if (!isLightDiff(from, to)) throw new BudgetSpent();
}

function isLight({ version, live, samples }: CheckOrder): boolean {
  if (samples.length > MAX_LIGHT_SAMPLES) return false;
  if (!isLightTemplate(version.template + (live?.template ?? ''))) return false;
  const json = samples.reduce((text, { variablesJson }) => text + (variablesJson ?? ''), '');
  return json.length <= MAX_LIGHT_CHARACTERS && isLightJson(Buffer.from(json));
}

/** More are not read within a few milliseconds, whatever they are rendered with. */
const MAX_LIGHT_SAMPLES = 500;
const MAX_LIGHT_CHARACTERS = 256 * 1024;

function charactersOf({ version, live, samples }: CheckOrder): number {
  return samples.reduce(
    (sum, { variablesJson }) => sum + (variablesJson?.length ?? 0),
    version.template.length + (live?.template.length ?? 0),
  );
}

function newlyRequired(version: VersionRow, live: VersionRow | undefined): string[] {
  const known = new Set(requiredPaths(live?.variables ?? []));
  return requiredPaths(version.variables).filter((name) => !known.has(name));
}

function requiredPaths(variables: readonly TemplateVariable[]): string[] {
  return variables.filter(({ required }) => required).map(({ path }) => path);
}

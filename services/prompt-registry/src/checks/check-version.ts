/** Payloads as tests of a prompt: how a version fares with them, compared with the live one. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { TemplateVariable } from '@px0/template';
import type { Db } from '../database/db.ts';
import { unifiedDiff } from '../diff/mod.ts';
import type { ReadVersions, VersionRow, VersionStore } from '../versions/mod.ts';
import type { Sample, SampleStore } from './sample-store.ts';
import { CheckBudget, type Rendition, Trial } from './trial.ts';

export interface PayloadResult {
  readonly sample: Sample;
  readonly version: Rendition;
  readonly live: Rendition | undefined;
  /** From the live output to the version's; undefined unless both rendered, and for outputs beyond a megabyte. */
  readonly diff: string | undefined;
}

export interface CheckResult {
  readonly version: VersionRow;
  readonly live: VersionRow | undefined;
  readonly results: readonly PayloadResult[];
  /** Paths of what the version requires and the live one does not. */
  readonly newVariables: readonly string[];
}

export interface CheckVersionDependencies {
  readonly db: Db;
  readonly read: ReadVersions;
  readonly versions: VersionStore;
  readonly samples: SampleStore;
  readonly timeBudgetMs: number;
}

export class CheckVersion {
  readonly #deps: CheckVersionDependencies;

  constructor(deps: CheckVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, versionNotFound */
  async run(principal: Principal, promptId: PromptId, ref: string): Promise<CheckResult> {
    const { db, read, versions, samples, timeBudgetMs } = this.#deps;
    const version = await read.get(principal, promptId, ref);
    const live = await versions.live(db, promptId);
    const budget = new CheckBudget(timeBudgetMs);
    const trial = new Trial(version.template, budget);
    const liveTrial = live === undefined ? undefined : new Trial(live.template, budget);
    const results: PayloadResult[] = [];
    for (const sample of await samples.list(db, promptId))
      results.push(await compare(sample, trial, liveTrial));
    return { version, live, results, newVariables: newlyRequired(version, live) };
  }
}

async function compare(sample: Sample, trial: Trial, liveTrial: Trial | undefined): Promise<PayloadResult> {
  const version = await trial.render(sample);
  const live = await liveTrial?.render(sample);
  return { sample, version, live, diff: diffOf(live, version) };
}

/** Comparing line by line costs many times the text; nobody reads the difference of larger ones. */
const DIFF_CHARACTERS = 1024 * 1024;

function diffOf(live: Rendition | undefined, version: Rendition): string | undefined {
  if (version.outcome !== 'rendered' || live?.outcome !== 'rendered') return undefined;
  if (live.rendered.length + version.rendered.length > DIFF_CHARACTERS) return undefined;
  return unifiedDiff(live.rendered, version.rendered, 'live', 'version');
}

function newlyRequired(version: VersionRow, live: VersionRow | undefined): string[] {
  const known = new Set(requiredPaths(live?.variables ?? []));
  return requiredPaths(version.variables).filter((name) => !known.has(name));
}

function requiredPaths(variables: readonly TemplateVariable[]): string[] {
  return variables.filter(({ required }) => required).map(({ path }) => path);
}

/** The payloads with which the version does not render. */
export function failures({ results }: CheckResult): Sample[] {
  return results.filter(({ version }) => version.outcome === 'failed').map(({ sample }) => sample);
}

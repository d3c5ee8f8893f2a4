/** Payloads as tests of a prompt: how a version renders with them, compared with the live one. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { TemplateVariable } from '@px0/template';
import { unifiedDiff } from '../diff/mod.ts';
import { liveVersion, type ReadVersion, type VersionRow } from '../versions/mod.ts';
import { listSamples, type Sample } from './sample-store.ts';
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
  readonly reader: Reader;
  readonly read: ReadVersion;
  readonly timeBudgetMs: number;
}

export class CheckVersion {
  readonly #deps: CheckVersionDependencies;

  constructor(deps: CheckVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, versionNotFound */
  async run(principal: Principal, promptId: PromptId, ref: string): Promise<CheckResult> {
    const { reader, read, timeBudgetMs } = this.#deps;
    const version = await read.run(principal, 'checkVersion', promptId, ref);
    const live = await liveVersion(reader, promptId);
    const budget = new CheckBudget(timeBudgetMs);
    const trial = new Trial(version.template, budget);
    const liveTrial = live === undefined ? undefined : new Trial(live.template, budget);
    const results: PayloadResult[] = [];
    for (const sample of await listSamples(reader, promptId))
      results.push(await compare(sample, trial, liveTrial));
    return { version, live, results, newVariables: newlyRequired(version, live) };
  }
}

async function compare(sample: Sample, trial: Trial, liveTrial: Trial | undefined): Promise<PayloadResult> {
  const version = await trial.render(sample);
  const live = await liveTrial?.render(sample);
  return { sample, version, live, diff: diffOf(live, version) };
}

/** Comparing line by line costs many times the text, and a longer difference is of no use to a reader. */
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

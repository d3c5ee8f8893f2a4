/** Renders samples with a program, saved or not, and judges the outputs: on the main thread if that is quick, else in threads. */
import { mayBeCostly } from '@px0/assertions';
import { BudgetSpent, HeavyRefusal, isLightJson, isLightTemplate } from '@px0/heavy-renders';
import { compileProgram } from '@px0/template';
import type { AssertionThread } from '../assertions/mod.ts';
import { isLightDiff } from '../diff/mod.ts';
import { type HeavyWork, LONG_WAIT_MS } from '../heavy/mod.ts';
import { type CompletedCheck, completeCheck } from './complete-check.ts';
import { ResultCounts } from './result-counts.ts';
import { type CheckOrder, type CheckOutcome, endlessCheck, runCheck } from './run-check.ts';

export interface ProgramCheckDependencies {
  readonly heavy: HeavyWork;
  readonly assertionThread: AssertionThread;
  readonly timeBudgetMs: number;
}

/** What is checked, on behalf of a team; by default within the time of one check. */
export type ProgramOrder = Omit<CheckOrder, 'timeBudgetMs'> & Partial<Pick<CheckOrder, 'timeBudgetMs'>>;

/** Of the time that a check waits for its turn, what is left at least for its patterns and tokens. */
const LEAST_WAIT_MS = 2_000;

export class ProgramCheck {
  /** Of this process. */
  readonly counts = new ResultCounts();
  readonly #deps: ProgramCheckDependencies;

  constructor(deps: ProgramCheckDependencies) {
    this.#deps = deps;
  }

  /** The signal ends the check when nobody waits for it any more. @throws ApiError tooManyHeavyRenders, serviceUnavailable */
  async run(teamId: string, program: ProgramOrder, signal: AbortSignal): Promise<CompletedCheck> {
    const { heavy } = this.#deps;
    const started = performance.now();
    const { timeBudgetMs = this.#deps.timeBudgetMs } = program;
    const order = { ...program, timeBudgetMs };
    const organization = heavy.organizationOf(teamId);
    const outcome =
      this.#runHere(organization, order) ?? (await this.#runElsewhere(organization, order, signal));
    const waitMs = Math.max(LEAST_WAIT_MS, LONG_WAIT_MS - (performance.now() - started));
    const answers = await this.#answers(organization, outcome, waitMs, signal);
    const check = completeCheck(outcome, answers, timeBudgetMs);
    this.counts.add(check.results);
    return check;
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

  async #answers(
    organization: string,
    { questions, leftMs }: CheckOutcome,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly (number | undefined)[]> {
    if (questions.questions.length === 0) return [];
    return this.#deps.assertionThread.ask(organization, questions, { budgetMs: leftMs, waitMs, signal });
  }
}

function beforeCompared(from: string, to: string): void {
  if (!isLightDiff(from, to)) throw new BudgetSpent();
}

function isLight({ version, live, samples }: CheckOrder): boolean {
  if (samples.length > MAX_LIGHT_SAMPLES) return false;
  if (!isLightTemplate(version.template + (live?.template ?? ''))) return false;
  if (samples.some(({ assertions = [] }) => assertions.some(mayBeCostly))) return false;
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

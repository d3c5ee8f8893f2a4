/** Runs checks: light ones within a small budget on the main thread, others in a worker thread. */
import { BudgetSpent, HeavyRefusal, isLightJson, isLightTemplate } from '@px0/heavy-renders';
import { compileProgram } from '@px0/template';
import { isLightDiff } from '../diff/mod.ts';
import { type HeavyWork, LONG_WAIT_MS } from '../heavy/mod.ts';
import { type CheckOrder, type CheckOutcome, endlessCheck, runCheck } from './run-check.ts';

export class CheckRunner {
  readonly #heavy: HeavyWork;

  constructor(heavy: HeavyWork) {
    this.#heavy = heavy;
  }

  /** The signal ends the check when nobody waits for it any more. @throws ApiError tooManyHeavyRenders */
  async run(teamId: string, order: CheckOrder, signal: AbortSignal): Promise<CheckOutcome> {
    const organization = this.#heavy.organizationOf(teamId);
    return this.#runHere(organization, order) ?? (await this.#runElsewhere(organization, order, signal));
  }

  /** One budget for the whole check; undefined when it is spent, or would be at once. */
  #runHere(organization: string, order: CheckOrder): CheckOutcome | undefined {
    if (!isLight(order)) return undefined;
    const meter = this.#heavy.mainThreadMeter(organization);
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
      return await this.#heavy.pool.run(organization, 'check', order, {
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

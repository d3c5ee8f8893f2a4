/** The work of a check, free of database and transport: it runs on the main thread within a small budget, or in a worker thread. */
import type { Wire } from '@px0/contracts';
import { TaskEnded } from '@px0/heavy-renders/thread';
import type { CompiledProgram, Meter, Program } from '@px0/template';
import type { Questions } from '../assertions/thread.ts';
import { unifiedDiff } from '../diff/thread.ts';
import { JsonPieces } from '../heavy/thread.ts';
import { judgePayload, judgingNanoseconds, type PayloadVerdict, QuestionList } from './judge-payload.ts';
import {
  type BudgetLeft,
  CheckBudget,
  type Contracted,
  labelOf,
  type Rendition,
  type Sample,
  TOOK_TOO_LONG,
  Trial,
} from './trial.ts';

export interface CheckOrder {
  readonly version: Contracted;
  /** Undefined when the prompt has no live version. */
  readonly live: Contracted | undefined;
  /** Whether variables that the input schema refuses fail a render. */
  readonly isEnforced?: boolean;
  readonly samples: readonly Sample[];
  readonly timeBudgetMs: number;
  /** Absent: all of it. */
  readonly budgetLeft?: BudgetLeft;
}

export interface CheckOutcome {
  /**
   * What the answer says about each payload, as a JSON list in pieces: outputs and differences may be many megabytes. A number stands for the results of
   * that verdict, which wait for answers.
   */
  readonly payloads: readonly (Uint8Array | number)[];
  /** One for each payload. */
  readonly verdicts: readonly PayloadVerdict[];
  readonly questions: Questions;
  /** What is left of the check's time for answers to the questions. */
  readonly leftMs: number;
}

/** What differs between the main thread and the others. */
export interface CheckGround {
  readonly meter: Meter;
  /** @throws TemplateSyntaxError */
  compile(program: Program): CompiledProgram;
  /** Told what is about to be compared, line by line; throws when that is too much. */
  beforeCompared(from: string, to: string): void;
}

/** Of a text that is not saved, payloads may be none that are. */
type PayloadOnWire = Wire<'ImportPreview'>['checks'][number]['check']['payloads'][number];

/** @throws what the ground throws */
export function runCheck(
  { version, live, isEnforced = false, samples, timeBudgetMs, budgetLeft }: CheckOrder,
  ground: CheckGround,
): CheckOutcome {
  const budget = new CheckBudget(timeBudgetMs, budgetLeft);
  const trial = new Trial(version, budget, ground, isEnforced);
  const liveTrial = live === undefined ? undefined : new Trial(live, budget, ground, isEnforced);
  const questions = new QuestionList();
  const list = new PayloadList();
  for (const sample of samples) {
    askToGoOn(ground.meter);
    const own = trial.render(sample);
    const other = liveTrial?.render(sample);
    askToGoOn(ground.meter, judgingNanoseconds(sample, own));
    const verdict = judgePayload(sample, own, budget, questions);
    const payload = payloadOnWire(sample, own, other, diffOf(other, own, ground));
    const withProblems =
      version.schema === undefined ? payload : { ...payload, violations: own.problems ?? null };
    list.add(withProblems, verdict);
  }
  const { texts, questions: asked } = questions;
  return { ...list.end(), questions: { texts, questions: asked }, leftMs: budget.leftMs };
}

/** The payloads of an answer, with gaps for results that are not there yet. */
class PayloadList {
  readonly #json = new JsonPieces();
  readonly #pieces: (Uint8Array | number)[] = [];
  readonly #verdicts: PayloadVerdict[] = [];

  add(payload: PayloadOnWire, verdict: PayloadVerdict): void {
    const { results } = verdict;
    this.#json.add(this.#verdicts.length === 0 ? '[' : ',');
    this.#json.add(`${JSON.stringify(payload).slice(0, -1)},"assertions":`);
    this.#verdicts.push(verdict);
    if (results.some((result) => typeof result === 'number'))
      this.#pieces.push(...this.#json.end(), this.#verdicts.length - 1);
    else this.#json.add(JSON.stringify(results));
    this.#json.add('}');
  }

  end(): Pick<CheckOutcome, 'payloads' | 'verdicts'> {
    this.#json.add(this.#verdicts.length === 0 ? '[]' : ']');
    return { payloads: [...this.#pieces, ...this.#json.end()], verdicts: this.#verdicts };
  }
}

/** A thread whose time is up renders nothing more; what the check knows by then is still worth an answer. @throws what else the meter throws */
function askToGoOn(meter: Meter, nanoseconds = 0): void {
  try {
    meter.proceed(nanoseconds);
  } catch (error) {
    if (!(error instanceof TaskEnded) || error.reason !== 'tookTooLong') throw error;
  }
}

/** The outcome of a check that did not end: nothing is known about any of its payloads, and one of them is to blame. */
export function endlessCheck({ live, samples }: CheckOrder): CheckOutcome {
  const endless: Rendition = { outcome: 'failed', error: TOOK_TOO_LONG };
  const list = new PayloadList();
  for (const sample of samples) {
    const payload = payloadOnWire(sample, endless, live === undefined ? undefined : endless, undefined);
    list.add(payload, { label: labelOf(sample), isBroken: true, results: [] });
  }
  return { ...list.end(), questions: { texts: [], questions: [] }, leftMs: 0 };
}

/** Comparing line by line costs many times the text, and a longer difference is of no use to a reader. */
export const DIFF_CHARACTERS = 1024 * 1024;

/** From the live output to the version's; undefined unless both rendered, and for outputs beyond a megabyte. */
function diffOf(live: Rendition | undefined, version: Rendition, ground: CheckGround): string | undefined {
  if (version.outcome !== 'rendered' || live?.outcome !== 'rendered') return undefined;
  if (live.rendered.length + version.rendered.length > DIFF_CHARACTERS) return undefined;
  ground.beforeCompared(live.rendered, version.rendered);
  return unifiedDiff(live.rendered, version.rendered, 'live', 'version');
}

function payloadOnWire(
  sample: Sample,
  version: Rendition,
  live: Rendition | undefined,
  diff: string | undefined,
): PayloadOnWire {
  return {
    payload_id: sample.payloadId,
    name: sample.name,
    version: renditionOnWire(version),
    live: live === undefined ? null : renditionOnWire(live),
    diff: diff ?? null,
  };
}

function renditionOnWire(rendition: Rendition): PayloadOnWire['version'] {
  if (rendition.outcome === 'failed') return { outcome: 'failed', rendered: null, error: rendition.error };
  const { outcome, rendered, messages } = rendition;
  return {
    outcome,
    rendered,
    error: null,
    ...(messages !== undefined && { messages: messages.map((message) => ({ ...message })) }),
  };
}

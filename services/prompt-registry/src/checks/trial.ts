/** Renders samples with a version exactly as the render service would, within one budget for all of them. */
import type { AcceptedOutput, Assertion } from '@px0/assertions';
import { type ProgramState, parseBodyText, routes, type Wire } from '@px0/contracts';
import { TaskEnded } from '@px0/heavy-renders/thread';
import { compileJudge, type Judge, type Violation } from '@px0/input-contract';
import {
  type ChatMessage,
  ChatVariablesError,
  type CompiledProgram,
  type Meter,
  type Program,
  TemplateExecutionError,
  TemplateSyntaxError,
} from '@px0/template';

/** A payload as a sample for a render: the variables' JSON text, since renders and payloads read numbers differently. */
export interface Sample {
  /** Null for a payload that is not saved. */
  readonly payloadId: string | null;
  readonly name: string | null;
  /** Null when the payloads before it are as much as a check reads. */
  readonly variablesJson: string | null;
  /** What is expected of the output. */
  readonly assertions?: readonly Assertion[];
  /** The output that was accepted as the right one. */
  readonly accepted?: AcceptedOutput | null;
}

/** What a payload is called in lists of those that fail. */
export function labelOf({ name, payloadId }: Pick<Sample, 'name' | 'payloadId'>): string {
  return name ?? payloadId ?? 'a payload without a name';
}

/** A program with what its variables must be; without a schema nothing is judged. */
export type Contracted = Pick<ProgramState, 'template' | 'outline' | 'sources' | 'schema'>;

export type Rendition = Outcome & {
  /** What the input schema refuses. */
  readonly problems?: Wire<'ContractViolation'>;
};

type Outcome =
  | {
      readonly outcome: 'rendered';
      /** Of a chat its transcript. */
      readonly rendered: string;
      /** Of a chat. */
      readonly messages?: readonly ChatMessage[];
    }
  | {
      readonly outcome: 'failed';
      /** In the words of a render's error. */
      readonly error: string;
      /** The check gave up, which says nothing of the payload: it is not the failure that somebody expects. */
      readonly isGivenUp?: true;
    };

export const TOOK_TOO_LONG = 'template execution failed: render took too long';

/** All payloads that a check reads together, in bytes, and all of its outputs: they are in memory at once, and a longer answer is of no use to a reader. */
export const SAMPLE_BYTES = 16 * 1024 * 1024;
export const OUTPUT_CHARACTERS = 16 * 1024 * 1024;

export interface BudgetLeft {
  readonly ms: number;
  readonly characters: number;
}

/** What is said of what a check had no time for. */
export function tookLonger(limitMs: number): string {
  return `the check took longer than ${limitMs} ms`;
}

/** What the renders of one check share: time, and room for their outputs. */
export class CheckBudget {
  readonly #deadline: number;
  readonly #limitMs: number;
  #charactersLeft: number;

  /** @param left of the budget, where checks before this one have spent of it */
  constructor(limitMs: number, left: BudgetLeft = { ms: limitMs, characters: OUTPUT_CHARACTERS }) {
    this.#limitMs = limitMs;
    this.#deadline = performance.now() + left.ms;
    this.#charactersLeft = left.characters;
  }

  /** What is left of the time. */
  get leftMs(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** Says that the time is up; undefined while there is some. */
  get overdue(): string | undefined {
    return this.leftMs === 0 ? tookLonger(this.#limitMs) : undefined;
  }

  /** Why no further render may begin; undefined while there is time and room. */
  get refusal(): string | undefined {
    if (this.overdue !== undefined) return this.overdue;
    return this.#charactersLeft > 0
      ? undefined
      : `the check's outputs exceed ${OUTPUT_CHARACTERS} characters`;
  }

  spend(characters: number): void {
    this.#charactersLeft -= characters;
  }
}

interface TrialGround {
  readonly meter: Meter;
  /** @throws TemplateSyntaxError */
  compile(program: Program): CompiledProgram;
}

/** A program under trial, compiled once. */
export class Trial {
  readonly #program: CompiledProgram | undefined;
  readonly #budget: CheckBudget;
  readonly #meter: Meter;
  readonly #judge: Judge | undefined;
  readonly #isEnforced: boolean;

  constructor(program: Contracted, budget: CheckBudget, ground: TrialGround, isEnforced: boolean) {
    this.#program = compileIfPossible(program, ground);
    this.#budget = budget;
    this.#meter = ground.meter;
    this.#judge = program.schema === undefined ? undefined : compileJudge(program.schema);
    this.#isEnforced = isEnforced;
  }

  /** @throws what the meter throws, except that a worker's time is up: that is the render's own outcome */
  render({ variablesJson }: Sample): Rendition {
    const overdue = this.#budget.refusal;
    if (overdue !== undefined) return { outcome: 'failed', error: overdue, isGivenUp: true };
    if (this.#program === undefined) return { outcome: 'failed', error: 'template parse error' };
    if (variablesJson === null)
      return {
        outcome: 'failed',
        error: `the check's payloads exceed ${SAMPLE_BYTES} bytes`,
        isGivenUp: true,
      };
    const request = parseBodyText(routes.renderLive, `{"variables":${variablesJson}}`);
    if (request === undefined) return { outcome: 'failed', error: 'invalid request body' };
    const { variables = {} } = request;
    const violation = this.#judge?.(variables);
    if (violation === undefined) return this.#outcome(this.#program, variables);
    const problems: Wire<'ContractViolation'> = JSON.parse(violation.header);
    return { ...this.#outcome(this.#program, variables, violation), problems };
  }

  #outcome(
    program: CompiledProgram,
    variables: Readonly<Record<string, unknown>>,
    violation?: Violation,
  ): Outcome {
    try {
      if (violation === undefined || !this.#isEnforced) return this.#run(program, variables);
      // As in a render: the placeholders' variables are looked at before all of them are judged.
      program.checkPlaceholders(variables);
      return { outcome: 'failed', error: `invalid variables: ${violation.detail}` };
    } catch (error) {
      const reason = failureOf(error);
      if (reason === undefined) throw error;
      return { outcome: 'failed', error: reason, ...(reason === TOOK_TOO_LONG && { isGivenUp: true }) };
    }
  }

  /** The messages first, as in a render: they say whether the variables fit, before anything runs. */
  #run(program: CompiledProgram, variables: Readonly<Record<string, unknown>>): Outcome {
    const options = { meter: this.#meter };
    const messages = program.messages(variables, options);
    const rendered = program.render(variables, options);
    this.#budget.spend(rendered.length);
    if (messages === undefined) return { outcome: 'rendered', rendered };
    this.#budget.spend(JSON.stringify(messages).length);
    return { outcome: 'rendered', rendered, messages };
  }
}

/** In the words of a render; undefined for what is not the version's or the variables' fault. */
function failureOf(error: unknown): string | undefined {
  if (error instanceof TaskEnded && error.reason === 'tookTooLong') return TOOK_TOO_LONG;
  if (error instanceof ChatVariablesError) return `invalid variables: ${error.message}`;
  if (error instanceof TemplateExecutionError) return `template execution failed: ${error.message}`;
  return undefined;
}

/** What was saved compiles; undefined is for what was written by other means. */
function compileIfPossible(program: Program, ground: TrialGround): CompiledProgram | undefined {
  try {
    return ground.compile(program);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}

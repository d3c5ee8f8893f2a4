/** Programs of what is held, compiled when they are first rendered. */
import type { CompleteVersion, DeliveredPrompt, DeliveredVersion } from '@px0/delivery';
import {
  ChatVariablesError,
  compileProgram,
  type SourceStretch,
  TemplateExecutionError,
} from '@px0/template';
import { type Content, type ContentOptions, type Runnable, runProgram } from '../content.ts';
import { Contract, ContractError, WarnedFailure } from '../contract.ts';
import type { ContractProblems } from '../contract-problems.ts';
import { InvalidRequestError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { programIn } from '../program.ts';

const UNPROCESSABLE = 422;
const EXECUTION_FAILED = 'template execution failed';

/** A version, and how it is run. */
interface RunnableVersion {
  readonly version: CompleteVersion;
  /** Undefined: this package cannot run it. */
  readonly runnable: Runnable | undefined;
  readonly tags: readonly string[];
}

interface PromptPrograms {
  readonly prompt: DeliveredPrompt;
  readonly byNumber: Map<number, RunnableVersion>;
}

/** What a version says, and the tags that it has. */
export interface Ran {
  readonly content: Content;
  readonly tags: readonly string[];
}

export class DeliveredPrograms {
  readonly #byPrompt = new Map<string, PromptPrograms>();

  /**
   * What a version says; undefined when only px0 can say it.
   *
   * @throws InvalidRequestError with px0's words when it fails with these variables
   */
  run(
    prompt: DeliveredPrompt,
    version: CompleteVersion,
    variables: JsonObject,
    options: ContentOptions,
  ): Ran | undefined {
    const { runnable, tags } = this.#runnable(prompt, version);
    if (runnable === undefined) return undefined;
    try {
      return { content: runProgram(runnable, variables, options, prompt.contract), tags };
    } catch (error) {
      if (error instanceof TemplateExecutionError) throw refused(EXECUTION_FAILED, error);
      if (error instanceof WarnedFailure) throw refused(EXECUTION_FAILED, error, error.violation);
      if (error instanceof ChatVariablesError) throw refused('invalid variables', error);
      if (error instanceof ContractError) throw refused('invalid variables', error, error.violation);
      // Such as nesting that the stack does not hold, and a contract that is not known here.
      return undefined;
    }
  }

  /** The prompt is not held any more. */
  forget(promptId: string): void {
    this.#byPrompt.delete(promptId);
  }

  clear(): void {
    this.#byPrompt.clear();
  }

  #runnable(prompt: DeliveredPrompt, version: CompleteVersion): RunnableVersion {
    let programs = this.#byPrompt.get(prompt.id);
    if (programs?.prompt !== prompt) {
      programs = { prompt, byNumber: carriedOver(programs, prompt) };
      this.#byPrompt.set(prompt.id, programs);
    }
    let runnable = programs.byNumber.get(version.version);
    if (runnable === undefined) {
      runnable = { version, runnable: runnableOf(version), tags: tagsOf(prompt, version.version) };
      programs.byNumber.set(version.version, runnable);
    }
    return runnable;
  }
}

/** What was compiled, and says the same in the prompt's new state. */
function carriedOver(
  before: PromptPrograms | undefined,
  prompt: DeliveredPrompt,
): Map<number, RunnableVersion> {
  const carried = new Map<number, RunnableVersion>();
  for (const [number, { version: then, runnable }] of before?.byNumber ?? []) {
    const now = prompt.versions.find(({ version }) => version === number);
    if (now === undefined || !isComplete(now) || !isSameProgram(then, now)) continue;
    carried.set(number, { version: now, runnable, tags: tagsOf(prompt, number) });
  }
  return carried;
}

function isComplete(version: DeliveredVersion): version is CompleteVersion {
  return version.template !== null;
}

function isSameProgram(one: DeliveredVersion, other: DeliveredVersion): boolean {
  return one.template === other.template && restOf(one) === restOf(other);
}

function restOf({ outline, sources, config, schema }: DeliveredVersion): string {
  const rest = [outline, sources, config, schema];
  return rest.every((one) => one === undefined) ? '' : JSON.stringify(rest);
}

function runnableOf(version: CompleteVersion): Runnable | undefined {
  const program = programIn(version);
  const { sources, config, schema } = version;
  if (program === undefined || !(sources === undefined || isSources(sources))) return undefined;
  try {
    return { program: compileProgram({ ...program, sources }), config, contract: new Contract(schema) };
  } catch {
    return undefined;
  }
}

function isSources(value: unknown): value is readonly SourceStretch[] {
  return Array.isArray(value) && value.every(isStretch);
}

function isStretch(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [name, ...numbers] = value;
  return typeof name === 'string' && numbers.length === 3 && numbers.every(Number.isSafeInteger);
}

/** As px0 lists them: by their bytes, which are ASCII. */
function tagsOf({ tags }: DeliveredPrompt, number: number): readonly string[] {
  return Object.keys(tags)
    .filter((tag) => tags[tag] === number)
    .sort();
}

function refused(
  what: string,
  { message }: Error,
  violation: ContractProblems | null = null,
): InvalidRequestError {
  return new InvalidRequestError(UNPROCESSABLE, `${what}: ${message}`, violation);
}

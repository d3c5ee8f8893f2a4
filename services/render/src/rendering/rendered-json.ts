/** Runs a version: the part of its answer that depends on the variables. Worker threads load this module, too. */
import {
  ChatVariablesError,
  type CompiledProgram,
  JsonPieces,
  type Meter,
  type RenderOptions,
  TemplateExecutionError,
} from '@px0/template';
import type { Contract } from './contract.ts';
import type { RenderRequest } from './render-request.ts';

/** The JSON of what was rendered; in pieces where the template has long texts. */
export type Rendered = string | JsonPieces;

/** Why a run has failed, where the variables or the template are to blame. */
interface Failure {
  readonly code: 'invalidVariables' | 'templateExecutionFailed';
  readonly detail: string;
  /** What the variables violate, as the text of `Px0-Contract`. */
  readonly contract: string | undefined;
}

/** What was rendered of variables that violate the contract. */
export class Warned<Result> {
  readonly rendered: Result;
  /** The text of `Px0-Contract`. */
  readonly contract: string;

  constructor(rendered: Result, contract: string) {
    this.rendered = rendered;
    this.contract = contract;
  }
}

/**
 * The JSON of the rendered text, and for a chat its `messages` behind it. The placeholders' variables are looked at first, then all of them
 * are judged where there is a contract, and only then anything runs.
 *
 * @throws what the meter throws
 */
export function run(
  program: CompiledProgram,
  request: RenderRequest,
  meter: Meter,
  contract?: Contract,
): Rendered | Warned<Rendered> | Failure {
  let violated: string | undefined;
  try {
    if (contract === undefined) return renderedJson(program, request, meter);
    const { variables = NO_VARIABLES, options } = request;
    program.checkPlaceholders(variables);
    const violation = contract.judge(variables, options?.missing_key);
    if (violation === undefined) return renderedJson(program, request, meter);
    violated = violation.header;
    if (contract.policy === 'enforce')
      return { code: 'invalidVariables', detail: violation.detail, contract: violated };
    return new Warned(renderedJson(program, request, meter), violated);
  } catch (error) {
    if (error instanceof TemplateExecutionError)
      return { code: 'templateExecutionFailed', detail: error.message, contract: violated };
    if (error instanceof ChatVariablesError)
      return { code: 'invalidVariables', detail: error.message, contract: undefined };
    throw error;
  }
}

function renderedJson(
  program: CompiledProgram,
  { variables = NO_VARIABLES, options }: RenderRequest,
  meter: Meter,
): Rendered {
  const missingKey = options?.missing_key;
  const runOptions = missingKey === undefined ? { meter } : { meter, missingKey };
  if (program.hasFixedTexts) return renderedPieces(program, { variables, options }, runOptions);
  const messages = program.messages(variables, runOptions);
  if (messages === undefined) return JSON.stringify(program.render(variables, runOptions));
  const transcript = options?.transcript === false ? '' : program.render(variables, runOptions);
  return `${JSON.stringify(transcript)},"messages":${JSON.stringify(messages)}`;
}

function renderedPieces(
  program: CompiledProgram,
  { variables = NO_VARIABLES, options }: RenderRequest,
  runOptions: RenderOptions,
): JsonPieces {
  const messages = program.messagesJson(variables, runOptions);
  if (messages === undefined) return program.renderJson(variables, runOptions);
  const transcript =
    options?.transcript === false ? new JsonPieces().addText('') : program.renderJson(variables, runOptions);
  return transcript.add(',"messages":').addAll(messages);
}

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

/** Runs a version: the part of its answer that depends on the variables. Worker threads load this module, too. */
import { ChatVariablesError, type CompiledProgram, type Meter, TemplateExecutionError } from '@px0/template';
import type { RenderRequest } from './render-request.ts';

/**
 * The JSON of the rendered text, and for a chat its `messages` behind it. The messages come first: they say whether the variables fit,
 * before anything runs.
 *
 * @throws ChatVariablesError, TemplateExecutionError, and what the meter throws
 */
export function renderedJson(
  program: CompiledProgram,
  { variables = NO_VARIABLES, options }: RenderRequest,
  meter: Meter,
): string {
  const missingKey = options?.missing_key;
  const runOptions = missingKey === undefined ? { meter } : { meter, missingKey };
  const messages = program.messages(variables, runOptions);
  if (messages === undefined) return JSON.stringify(program.render(variables, runOptions));
  const transcript = options?.transcript === false ? '' : program.render(variables, runOptions);
  return `${JSON.stringify(transcript)},"messages":${JSON.stringify(messages)}`;
}

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

/** Why a run has failed, if the variables or the template are to blame. */
export function failureOf(
  error: unknown,
): { readonly code: 'invalidVariables' | 'templateExecutionFailed'; readonly detail: string } | undefined {
  if (error instanceof TemplateExecutionError)
    return { code: 'templateExecutionFailed', detail: error.message };
  if (error instanceof ChatVariablesError) return { code: 'invalidVariables', detail: error.message };
  return undefined;
}

/** What px0 makes of a conversation, in the form in which Go answers (`go/chats.go`). */
import type { MissingKey } from '../src/backends/run.ts';
import type { Backend } from '../src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../src/errors.ts';
import { type CompiledProgram, compileProgramWith } from '../src/program/compile-program.ts';
import { linkChat } from '../src/program/link-chat.ts';
import { ChatVariablesError } from '../src/program/messages.ts';
import type { Program } from '../src/program/program.ts';
import type { ChatCase } from './chat-cases.ts';

export interface TextOutcome {
  readonly name?: string;
  readonly output: string;
  readonly error?: string;
}

export interface ChatOutcome {
  readonly linkError?: string;
  /** Each on its own. */
  readonly units?: readonly TextOutcome[];
  readonly transcript?: TextOutcome;
  readonly messages?: readonly unknown[];
  readonly error?: string;
}

/** A limit was reached, which Go does not have. */
class LimitReached extends Error {}

/** Small, so that no case grows out of hand in Go either. */
const LIMITS = { maxSteps: 20_000, maxOutputBytes: 200_000, maxDepth: 100 };

export function chatOutcome(backend: Backend, chatCase: ChatCase): ChatOutcome | 'limit' {
  let program: Program;
  try {
    program = linkChat(chatCase.entries);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { linkError: error.message };
    throw error;
  }
  return programOutcome(backend, program, chatCase);
}

export function programOutcome(
  backend: Backend,
  program: Program,
  {
    variables,
    missing_key: missingKey = 'error',
  }: { readonly variables: ChatCase['variables']; readonly missing_key?: MissingKey },
): ChatOutcome | 'limit' {
  const compiled = compileProgramWith(backend, program, { ...LIMITS, missingKey });
  try {
    const units = unitNames(program).map((name) => ({
      name,
      ...textOutcome(() => compiled.renderUnits([name], variables)[0] ?? ''),
    }));
    return {
      units,
      transcript: textOutcome(() => compiled.render(variables)),
      ...messagesOutcome(compiled, variables),
    };
  } catch (error) {
    if (error instanceof LimitReached) return 'limit';
    throw error;
  }
}

function unitNames({ outline = [] }: Program): string[] {
  return outline.flatMap((entry) => {
    if ('placeholder' in entry) return [];
    if ('unit' in entry) return [entry.unit];
    return entry.parts.map((part) => ('unit' in part ? part.unit : part.media));
  });
}

function textOutcome(render: () => string): TextOutcome {
  try {
    return { output: render() };
  } catch (error) {
    return { output: '', error: messageOf(error) };
  }
}

function messagesOutcome(
  compiled: CompiledProgram,
  variables: ChatCase['variables'],
): { messages: readonly unknown[] } | { error: string } {
  try {
    return { messages: compiled.messages(variables) ?? [] };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ChatVariablesError) return error.message;
  if (!(error instanceof TemplateExecutionError)) throw error;
  if (error.limit !== undefined) throw new LimitReached();
  return error.message;
}

/**
 * What there is to say about the texts that an author wrote. They are compiled exactly as render compiles them, so what is accepted here never
 * fails to parse there. Also infers the variables that they read. Free of all else, since worker threads judge what takes long.
 */
import {
  type ChatEntry,
  compile,
  compileProgram,
  type InferredSchema,
  linkChat,
  type Meter,
  type Program,
  ProgramTooLargeError,
  TemplateSyntaxError,
  type TemplateVariable,
} from '@px0/template';

/** The name that every prompt's root template has, here and in render. */
const TEMPLATE_NAME = 'prompt';

const PREFIX = `template: ${TEMPLATE_NAME}:`;

/** What an author wrote, its form judged. */
export type AuthoredText = { readonly template: string } | { readonly messages: readonly ChatEntry[] };

export type Judgement =
  | {
      readonly outcome: 'valid';
      readonly program: Program;
      readonly variables: readonly TemplateVariable[];
      /** What every render needs of the variables. */
      readonly inputSchema: InferredSchema;
      /** Null for a text. */
      readonly messages: readonly ChatEntry[] | null;
    }
  | {
      readonly outcome: 'invalid';
      readonly message: string;
      /** From 1. */
      readonly line: number;
      /** In bytes of UTF-8, from 0. */
      readonly column: number;
      /** The text at fault: `prompt`, or of a chat such as `message 2`. */
      readonly source: string;
    }
  | { readonly outcome: 'tooLarge' };

/** @param meter is asked now and then whether to go on with a conversation */
export function judge(text: AuthoredText, meter?: Meter): Judgement {
  try {
    return 'template' in text ? judgeTemplate(text.template) : judgeChat(text.messages, meter);
  } catch (error) {
    if (error instanceof ProgramTooLargeError) return { outcome: 'tooLarge' };
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const { line, column, source = TEMPLATE_NAME } = error;
    return { outcome: 'invalid', message: withoutName(error.message), line, column, source };
  }
}

function judgeTemplate(template: string): Judgement {
  const { variables, inputSchema } = compile(template, { name: TEMPLATE_NAME });
  return { outcome: 'valid', program: { template }, variables, inputSchema, messages: null };
}

function judgeChat(messages: readonly ChatEntry[], meter: Meter | undefined): Judgement {
  const program = linkChat(messages, meter);
  const { variables, inputSchema } = compileProgram(program, { name: TEMPLATE_NAME });
  return { outcome: 'valid', program, variables, inputSchema, messages };
}

/** The contract leaves the name between the first two colons empty; names elsewhere in the text stay. */
function withoutName(message: string): string {
  return message.startsWith(PREFIX) ? `template: :${message.slice(PREFIX.length)}` : message;
}

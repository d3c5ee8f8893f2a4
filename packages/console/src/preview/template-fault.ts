/** The error of a template or of a render, for display: its message has no prefix with the template and line. */
import {
  ChatVariablesError,
  ProgramTooLargeError,
  TemplateExecutionError,
  TemplateSyntaxError,
} from '@px0/template';
import { type Body, isChat, type Place, placeOf, textNamed } from './content.ts';
import { shownPosition } from './text-position.ts';

export interface TemplateFault {
  /** `form`: what is written can be rendered, but not saved. `hint`: it can be both, and is hardly what its author wants. */
  readonly kind: 'syntax' | 'execution' | 'form' | 'hint';
  readonly message: string;
  /** Of a conversation: the text at fault. Undefined if the fault is in no single text. */
  readonly at?: Place | undefined;
  /** As the editor numbers them, from 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** In the editor's document, in which each line break is one character. */
  readonly offset: number;
  /** Where the part at fault ends, if that is known. */
  readonly end?: number;
  /** What the author probably meant, in place of that part. */
  readonly suggestion?: string;
}

const prefix = /^template: [^:]*:\d+(?::\d+)?: /;
const START = { line: 1, column: 1, offset: 0 };

/** Converts an error from compiling or rendering a version. Rethrows any other error, which is a bug. */
export function faultOf(error: unknown, body: Body): TemplateFault {
  if (error instanceof ProgramTooLargeError)
    return formFault('The conversation is too large: px0 keeps at most 512 KiB.');
  if (error instanceof ChatVariablesError)
    return { kind: 'execution', message: error.message, at: placeholderIn(error.message, body), ...START };
  if (!(error instanceof TemplateSyntaxError || error instanceof TemplateExecutionError)) throw error;
  return {
    kind: error instanceof TemplateSyntaxError ? 'syntax' : 'execution',
    message: error.message.replace(prefix, '').replace(/^executing "[^"]*" /, ''),
    ...(isChat(body) && { at: placeOf(error.source) }),
    ...shownPosition(textNamed(body, error.source), error),
  };
}

export function formFault(message: string, at?: Place): TemplateFault {
  return { kind: 'form', message, at, ...START };
}

/** The placeholder that an error of the engine names. */
function placeholderIn(message: string, body: Body): Place | undefined {
  if (!isChat(body)) return undefined;
  const entry = body.messages.findIndex(
    (one) =>
      'placeholder' in one &&
      (message === `missing ${one.placeholder}` || message.startsWith(`${one.placeholder} must `)),
  );
  return entry === -1 ? undefined : { entry };
}

/** “Message 2, line 3”, as the editor counts; “Line 3” in a text. */
export function faultPlace({ at, line, kind }: TemplateFault): string {
  if (at === undefined) return kind === 'form' ? '' : `Line ${line}`;
  const message = `Message ${at.entry + 1}${at.part === undefined ? '' : `, part ${at.part + 1}`}`;
  return kind === 'form' ? message : `${message}, line ${line}`;
}

/** The error of a template or of a render, for display: its message has no prefix with the template and line. */
import { TemplateExecutionError, TemplateSyntaxError } from '@px0/template';
import { shownPosition } from './text-position.ts';

export interface TemplateFault {
  readonly kind: 'syntax' | 'execution';
  readonly message: string;
  /** As the editor numbers them, from 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** In the editor's document, in which each line break is one character. */
  readonly offset: number;
}

const prefix = /^template: [^:]*:\d+(?::\d+)?: /;

/** Converts an error from `compile` or `render`. Rethrows any other error, which is a bug. */
export function faultOf(error: unknown, text: string): TemplateFault {
  if (!(error instanceof TemplateSyntaxError || error instanceof TemplateExecutionError)) throw error;
  return {
    kind: error instanceof TemplateSyntaxError ? 'syntax' : 'execution',
    message: error.message.replace(prefix, '').replace(/^executing "[^"]*" /, ''),
    ...shownPosition(text, error),
  };
}

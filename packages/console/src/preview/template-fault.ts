/** What is wrong with a template or a render, worded for the page: without the prefix that names the template and line. */
import { TemplateExecutionError, TemplateSyntaxError } from '@px0/template';
import { shownPosition } from './text-position.ts';

export interface TemplateFault {
  readonly kind: 'syntax' | 'execution';
  readonly message: string;
  /** As the editor numbers them, from 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** In the editor's document, which has one character for each line break. */
  readonly offset: number;
}

const prefix = /^template: [^:]*:\d+(?::\d+)?: /;

/** The fault that `compile` or `render` has thrown. Any other error is thrown again: it is a bug of ours. */
export function faultOf(error: unknown, text: string): TemplateFault {
  if (!(error instanceof TemplateSyntaxError || error instanceof TemplateExecutionError)) throw error;
  return {
    kind: error instanceof TemplateSyntaxError ? 'syntax' : 'execution',
    message: error.message.replace(prefix, '').replace(/^executing "[^"]*" /, ''),
    ...shownPosition(text, error),
  };
}

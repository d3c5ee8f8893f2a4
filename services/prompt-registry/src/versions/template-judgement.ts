/**
 * What there is to say about a template's text. It is compiled exactly as render compiles it, so a template accepted here never fails to
 * parse there. Also infers the variables that it reads. Free of all else, since worker threads judge those that take long.
 */
import { compile, TemplateSyntaxError, type TemplateVariable } from '@px0/template';

/** The name that every prompt's root template has, here and in render. */
const TEMPLATE_NAME = 'prompt';

const PREFIX = `template: ${TEMPLATE_NAME}:`;

export type TemplateJudgement =
  | { readonly valid: true; readonly variables: readonly TemplateVariable[] }
  | {
      readonly valid: false;
      readonly message: string;
      /** From 1. */
      readonly line: number;
      /** In bytes of UTF-8, from 0. */
      readonly column: number;
    };

export function judge(template: string): TemplateJudgement {
  try {
    return { valid: true, variables: compile(template, { name: TEMPLATE_NAME }).variables };
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return { valid: false, message: withoutName(error.message), line: error.line, column: error.column };
  }
}

/** The contract leaves the name between the first two colons empty; names elsewhere in the text stay. */
function withoutName(message: string): string {
  return message.startsWith(PREFIX) ? `template: :${message.slice(PREFIX.length)}` : message;
}

/** Checks a template without saving it, for editors that validate while a user types. */
import { compile, TemplateSyntaxError, type TemplateVariable } from '@px0/template';
import { requireTemplate, TEMPLATE_NAME, withoutName } from '../versions/mod.ts';

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

/** @throws ApiError templateRequired, templateTooLarge */
export function judgeTemplate(template: string | undefined): TemplateJudgement {
  const text = requireTemplate(template);
  try {
    return { valid: true, variables: compile(text, { name: TEMPLATE_NAME }).variables };
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return { valid: false, message: withoutName(error.message), line: error.line, column: error.column };
  }
}

/** The rules for a template that is saved. */
import { ApiError } from '@px0/service-kit/errors';
import { MAX_SOURCE_BYTES, type TemplateVariable } from '@px0/template';
import { judge, type TemplateJudgement } from './template-judgement.ts';

export interface CheckedTemplate {
  readonly template: string;
  readonly variables: readonly TemplateVariable[];
}

/** @throws ApiError templateRequired, templateTooLarge, invalidTemplate */
export function checkTemplate(template: string | undefined): CheckedTemplate {
  const text = requireTemplate(template);
  return checkedAs(text, judge(text));
}

/** @throws ApiError invalidTemplate */
export function checkedAs(template: string, judgement: TemplateJudgement): CheckedTemplate {
  if (!judgement.valid) throw new ApiError('invalidTemplate', { detail: judgement.message });
  return { template, variables: judgement.variables };
}

/** @throws ApiError templateRequired, templateTooLarge */
export function requireTemplate(template: string | undefined): string {
  if (template === undefined || template === '') throw new ApiError('templateRequired');
  if (Buffer.byteLength(template) > MAX_SOURCE_BYTES) throw new ApiError('templateTooLarge');
  return template;
}

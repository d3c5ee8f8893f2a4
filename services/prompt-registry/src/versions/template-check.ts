/**
 * Whether a template may be saved. It is compiled exactly as render compiles it, so a template accepted here never fails to parse
 * there. Also infers the variables that it reads.
 */
import { ApiError } from '@px0/service-kit';
import { compile, MAX_SOURCE_BYTES, TemplateSyntaxError, type TemplateVariable } from '@px0/template';

/** The name that every prompt's root template has, here and in render. */
export const TEMPLATE_NAME = 'prompt';

const PREFIX = `template: ${TEMPLATE_NAME}:`;

export interface CheckedTemplate {
  readonly template: string;
  readonly variables: readonly TemplateVariable[];
}

/** @throws ApiError templateRequired, templateTooLarge, invalidTemplate */
export function checkTemplate(template: string | undefined): CheckedTemplate {
  const text = requireTemplate(template);
  try {
    return { template: text, variables: compile(text, { name: TEMPLATE_NAME }).variables };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      throw new ApiError('invalidTemplate', { detail: withoutName(error.message), cause: error });
    }
    throw error;
  }
}

/** @throws ApiError templateRequired, templateTooLarge */
export function requireTemplate(template: string | undefined): string {
  if (template === undefined || template === '') throw new ApiError('templateRequired');
  if (Buffer.byteLength(template) > MAX_SOURCE_BYTES) throw new ApiError('templateTooLarge');
  return template;
}

/** The contract leaves the name between the first two colons empty; names elsewhere in the text stay. */
export function withoutName(message: string): string {
  return message.startsWith(PREFIX) ? `template: :${message.slice(PREFIX.length)}` : message;
}

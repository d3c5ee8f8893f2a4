/** What a reader asks for besides the version itself. */
import { ApiError } from '@px0/service-kit';

export type Include = 'program' | 'schema' | undefined;

/** Judged after the caller's right to see the prompt. @throws ApiError invalidInclude */
export function parseInclude(text: string | undefined): Include {
  if (text !== undefined && text !== 'program' && text !== 'schema') throw new ApiError('invalidInclude');
  return text;
}

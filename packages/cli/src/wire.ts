/** Responses exactly as the API sent them, for `--json`: the generated types rename keys and parse times, and numbers lose digits. */
import type { ApiResponse } from '@px0/sdk/api';
import { parseJson } from './prompt-files/exact-numbers.ts';

export interface Answered<T> {
  readonly wire: unknown;
  readonly value: T;
}

export async function answered<T>(request: Promise<ApiResponse<T>>): Promise<Answered<T>> {
  const answer = await request;
  const copy = answer.raw.clone();
  // Validates the response; after that the copy is known to be JSON.
  const value = await answer.value();
  return { wire: parseJson(await copy.text()), value };
}

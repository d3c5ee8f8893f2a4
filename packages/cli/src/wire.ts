/** Answers of the API as it has sent them, for `--json`: the generated types rename keys and parse times. */
import type { ApiResponse } from '@px0/sdk/api';

export interface Answered<T> {
  readonly wire: unknown;
  readonly value: T;
}

export async function answered<T>(request: Promise<ApiResponse<T>>): Promise<Answered<T>> {
  const answer = await request;
  const wire: unknown = await answer.raw.clone().json();
  return { wire, value: await answer.value() };
}

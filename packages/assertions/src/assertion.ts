/** What an assertion is, when its form has been judged. */
import type { assertionTypes, severities } from '@px0/contracts';

export type AssertionType = (typeof assertionTypes)[number];
export type Severity = (typeof severities)[number];

export interface Assertion {
  readonly type: AssertionType;
  readonly value?: string | number;
  readonly encoding?: 'o200k_base';
  readonly severity?: Severity;
  readonly note?: string;
  /** Of a chat: only the text of this message is judged, counted from 0. */
  readonly message?: number;
}

/** What was found out about an assertion; `message` says what is wrong. */
export interface AssertionResult {
  readonly type: AssertionType;
  readonly ok: boolean;
  readonly severity: Severity;
  readonly message: string | null;
}

/** @param fault what is wrong; undefined for nothing */
export function resultOf(
  { type, severity = 'error' }: Assertion,
  fault: string | undefined,
): AssertionResult {
  return { type, ok: fault === undefined, severity, message: fault ?? null };
}

/** The value of an assertion whose type has a text. */
export function textOf({ value }: Assertion): string {
  return typeof value === 'string' ? value : '';
}

/** The value of an assertion whose type has a number. */
export function numberOf({ value }: Assertion): number {
  return typeof value === 'number' ? value : 0;
}

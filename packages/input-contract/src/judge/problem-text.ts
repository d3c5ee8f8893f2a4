/** A problem of a contract in words. A module without imports at run time, for whoever shows problems and judges nothing. */
import type { ContractProblems, NameProblem, ValueProblem } from './violation.ts';

/** `mood (did you mean moood?)` */
export function nameText({ path, given }: NameProblem): string {
  return given === undefined ? path : `${path} (did you mean ${given}?)`;
}

/** `age must be a number` */
export function valueText({ path, must }: ValueProblem): string {
  return `${path} must ${must}`;
}

export interface ProblemText {
  readonly kind: 'missing' | 'unknown' | 'invalid';
  readonly path: string;
  /** The name that may be meant by the path. */
  readonly given?: string;
  /** `missing mood (did you mean moood?)`, as a part of the sentence about all problems. */
  readonly text: string;
}

/** Each problem by itself, in the order in which the sentence about all of them has them. */
export function problemTexts({ missing, unknown, invalid }: ContractProblems): readonly ProblemText[] {
  return [
    ...missing.map((one) => ({ kind: 'missing' as const, ...one, text: `missing ${nameText(one)}` })),
    ...unknown.map((one) => ({ kind: 'unknown' as const, ...one, text: `unknown ${nameText(one)}` })),
    ...invalid.map((one) => ({ kind: 'invalid' as const, path: one.path, text: valueText(one) })),
  ];
}

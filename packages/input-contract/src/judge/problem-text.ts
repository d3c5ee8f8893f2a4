/** The problems of a contract, and each in words. A module without imports, for whoever shows problems and judges nothing. */

/** A name that is missing or unknown, and the one that may be meant by it. */
export interface NameProblem {
  readonly path: string;
  readonly given?: string;
}

export interface ValueProblem {
  readonly path: string;
  readonly must: string;
}

/** The content of the header. */
export interface ContractProblems {
  readonly missing: readonly NameProblem[];
  readonly unknown: readonly NameProblem[];
  readonly invalid: readonly ValueProblem[];
  /** How many problems there was no room for. */
  readonly more?: number;
}

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

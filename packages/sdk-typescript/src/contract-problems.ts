/** How it is told that variables violate a version's contract. */
import { isObject, parseObject } from './json.ts';

/** What happens to variables that violate a contract: the render tells of it, or is refused. */
export type ContractPolicy = 'warn' | 'enforce';

/** A variable that is missing, or that the contract does not know, by its path. */
export interface NameProblem {
  readonly path: string;
  /** Of a missing one: the name that was given and may mean it. Of an unknown one: the name that may be meant. */
  readonly given?: string;
}

/** A value that is not as it must be. */
export interface ValueProblem {
  readonly path: string;
  /** What follows "must", such as `be a number`. */
  readonly must: string;
}

/** What is wrong with the variables. No values are repeated. */
export interface ContractProblems {
  readonly missing: readonly NameProblem[];
  readonly unknown: readonly NameProblem[];
  readonly invalid: readonly ValueProblem[];
  /** How many problems there are beside these, where there are too many to tell. */
  readonly more?: number;
}

/** The value of the header `Px0-Contract`; null when there is none, or one of another form. */
export function problemsIn(header: string | null): ContractProblems | null {
  const { missing, unknown, invalid, more } = (header === null ? undefined : parseObject(header)) ?? {};
  const isWhole = isListOf(missing, isName) && isListOf(unknown, isName) && isListOf(invalid, isValue);
  if (!isWhole || !(more === undefined || isCount(more))) return null;
  return {
    missing: missing.map(nameProblem),
    unknown: unknown.map(nameProblem),
    invalid: invalid.map(({ path, must }) => ({ path, must })),
    ...(more !== undefined && { more }),
  };
}

/** Without what only a later px0 knows. */
function nameProblem({ path, given }: NameProblem): NameProblem {
  return { path, ...(given !== undefined && { given }) };
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isName(value: unknown): value is NameProblem {
  if (!isObject(value)) return false;
  const { path, given } = value;
  return typeof path === 'string' && (given === undefined || typeof given === 'string');
}

function isValue(value: unknown): value is ValueProblem {
  return isObject(value) && typeof value['path'] === 'string' && typeof value['must'] === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

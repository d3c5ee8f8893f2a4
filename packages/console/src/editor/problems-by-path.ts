/** What the input schema does not accept, by the path of the value or of the name. */
import { type ProblemText, problemTexts } from '@px0/input-contract/problem-text';
import type { ContractProblems } from '../preview/mod.ts';

export interface ProblemsByPath {
  /** Of this value itself. */
  readonly at: (path: string) => readonly string[];
  /** Of this value, and of everything in it. */
  readonly within: (path: string) => readonly string[];
}

export function problemsByPath(problems: ContractProblems | undefined): ProblemsByPath {
  const told = problems === undefined ? [] : problemTexts(problems);
  const at = (path: string) => told.filter((one) => one.path === path && isWorthTelling(one));
  const below = (path: string) =>
    told.filter((one) => one.path.startsWith(`${path}.`) || one.path.startsWith(`${path}[`));
  const texts = (some: readonly ProblemText[]) => some.map(({ text }) => text);
  return {
    at: (path) => texts(at(path)),
    within: (path) => texts([...at(path), ...below(path)]),
  };
}

/** An empty field that must be filled has a label for it. Only a name that may be meant is worth a sentence. */
function isWorthTelling({ kind, given }: ProblemText): boolean {
  return kind !== 'missing' || given !== undefined;
}

/** How it is said that variables break a contract: in a sentence, and in the header `Px0-Contract`. Neither holds a value. */
import { asciiJson } from '../json.ts';
import type { Findings, KeyFound } from './findings.ts';
import { type ContractProblems, type NameProblem, nameText, valueText } from './problem-text.ts';

export type { ContractProblems, NameProblem, ValueProblem } from './problem-text.ts';

export interface Violation {
  /** What follows `invalid variables: `. */
  readonly detail: string;
  readonly problems: ContractProblems;
  /** The problems as the value of the header: ASCII, and at most 2,048 bytes. */
  readonly header: string;
}

const MOST_TOLD = 10;
const MOST_HEADER_BYTES = 2_048;

export function violationOf(findings: Findings): Violation {
  const problems = problemsIn(findings);
  return { detail: detailOf(findings), problems, header: asciiJson(problems) };
}

function detailOf({ missing, unknown, invalid }: Findings): string {
  const names = (kind: Findings['missing']) =>
    told(kind.first(MOST_TOLD).map(nameProblem).map(nameText), kind.total, ', ');
  const wrong = invalid.first(MOST_TOLD).map(valueText);
  const parts = [
    missing.total > 0 && `missing ${names(missing)}`,
    unknown.total > 0 && `unknown ${names(unknown)}`,
    invalid.total > 0 && told(wrong, invalid.total, '; '),
  ];
  return parts.filter((part) => part !== false).join('; ');
}

function told(texts: readonly string[], total: number, separator: string): string {
  const list = texts.join(separator);
  return total > texts.length ? `${list} and ${total - texts.length} more` : list;
}

function problemsIn({ missing, unknown, invalid }: Findings): ContractProblems {
  const room = new Room(missing.total + unknown.total + invalid.total);
  const lists = {
    missing: room.fill(missing.first(), nameProblem),
    unknown: room.fill(unknown.first(), nameProblem),
    invalid: room.fill(invalid.first(), ({ path, must }) => ({ path, must })),
  };
  return room.outside > 0 ? { ...lists, more: room.outside } : lists;
}

function nameProblem({ path, meant }: KeyFound): NameProblem {
  const given = meant();
  return given === undefined ? { path } : { path, given };
}

/** Of the header: filled with problems in their order, until one finds no room. */
class Room {
  /** How many problems are not in it. */
  outside: number;
  #bytes = asciiJson({ missing: [], unknown: [], invalid: [] }).length;
  #isFull = false;

  constructor(problems: number) {
    this.outside = problems;
  }

  fill<Found extends { readonly path: string }, Problem>(
    found: readonly Found[],
    problemOf: (found: Found) => Problem,
  ): readonly Problem[] {
    const filled: Problem[] = [];
    for (const one of found) {
      // A name may be as long as a request, and need not be written to see that it is too long.
      this.#isFull ||= one.path.length > MOST_HEADER_BYTES;
      if (this.#isFull) break;
      const problem = problemOf(one);
      const bytes = this.#bytes + (filled.length === 0 ? 0 : 1) + asciiJson(problem).length;
      const rest = this.outside === 1 ? '' : `,"more":${this.outside - 1}`;
      this.#isFull = bytes + rest.length > MOST_HEADER_BYTES;
      if (this.#isFull) break;
      filled.push(problem);
      this.#bytes = bytes;
      this.outside -= 1;
    }
    return filled;
  }
}

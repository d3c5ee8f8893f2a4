/** Which name somebody may have meant who wrote another one. */
import { compareStrings, simpleLower } from '@px0/template';

/** Beside more names nothing is suggested, nor for longer ones: each problem is compared with each of them. */
export const MOST_CANDIDATES = 256;
const MOST_CHARACTERS = 128;

interface Candidate {
  readonly name: string;
  readonly characters: readonly number[];
}

/** The names that may be meant in one place, prepared when the first is asked for. */
export class Candidates {
  readonly #names: () => readonly string[];
  #prepared: readonly Candidate[] | undefined;

  constructor(names: () => readonly string[]) {
    this.#names = names;
  }

  /** What is looked for when it is told. */
  meantBy(key: string): { readonly meant: () => string | undefined } {
    let found: { readonly name: string | undefined } | undefined;
    return {
      meant: () => {
        found ??= { name: this.#nearest(key) };
        return found.name;
      },
    };
  }

  #nearest(name: string): string | undefined {
    this.#prepared ??= prepare(this.#names());
    return nearest(name, this.#prepared);
  }
}

function prepare(names: readonly string[]): readonly Candidate[] {
  if (names.length > MOST_CANDIDATES) return [];
  return names
    .filter((name) => name.length <= 2 * (MOST_CHARACTERS + MOST_DISTANCE))
    .map((name) => ({ name, characters: characters(name) }));
}

/** The candidate that is nearest to the name; of several the first by bytes. Undefined where none is near enough. */
export function suggestion(name: string, candidates: readonly string[]): string | undefined {
  return nearest(name, prepare(candidates));
}

function nearest(name: string, candidates: readonly Candidate[]): string | undefined {
  if (name.length > 2 * MOST_CHARACTERS) return undefined;
  const wanted = characters(name);
  if (wanted.length > MOST_CHARACTERS) return undefined;
  const most = mostDistance(wanted.length);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = distanceWithin(best?.distance ?? most, wanted, candidate.characters);
    if (distance === undefined) continue;
    const isFirst = best?.distance !== distance || compareStrings(candidate.name, best.name) < 0;
    if (isFirst) best = { name: candidate.name, distance };
  }
  return best?.name;
}

const MOST_DISTANCE = 3;

function mostDistance(length: number): number {
  const most = length <= 3 ? 1 : length <= 7 ? 2 : MOST_DISTANCE;
  return Math.min(most, length - 1);
}

/** Code points, letters in lower case. */
function characters(name: string): readonly number[] {
  return Array.from(name, (character) => simpleLower(character.codePointAt(0) ?? 0));
}

const line = () => new Uint8Array(MOST_CHARACTERS + MOST_DISTANCE + 1);
/** Of the table; used again each time. */
const LINES = [line(), line(), line()] as const;

/**
 * Optimal string alignment: how many characters are inserted, deleted, replaced or swapped with their neighbours, none of them twice. Undefined
 * beyond `most`: so only a band of the table is needed, which reaches `most` to both sides.
 */
function distanceWithin(most: number, from: readonly number[], to: readonly number[]): number | undefined {
  if (most < 0 || Math.abs(from.length - to.length) > most) return undefined;
  const beyond = most + 1;
  // Outside of the band there is always more than `most`.
  let [twoAbove, above, present] = LINES;
  for (const line of LINES) line.fill(beyond, 0, to.length + 1);
  for (let column = 0; column <= Math.min(most, to.length); column += 1) above[column] = column;
  let leastAbove = 0;
  for (let row = 1; row <= from.length; row += 1) {
    const first = Math.max(row - most, 1);
    const last = Math.min(row + most, to.length);
    const wanted = from[row - 1];
    let before = first === 1 ? Math.min(row, beyond) : beyond;
    let least = before;
    present[first - 1] = before;
    for (let column = first; column <= last; column += 1) {
      const given = to[column - 1];
      let distance = (above[column - 1] ?? beyond) + (wanted === given ? 0 : 1);
      if (row > 1 && column > 1 && wanted === to[column - 2] && from[row - 2] === given) {
        distance = Math.min(distance, (twoAbove[column - 2] ?? beyond) + 1);
      }
      distance = Math.min(distance, before + 1, (above[column] ?? beyond) + 1, beyond);
      present[column] = distance;
      before = distance;
      if (distance < least) least = distance;
    }
    // A swap reaches over one line.
    if (least > most && leastAbove > most) return undefined;
    leastAbove = least;
    const free = twoAbove;
    twoAbove = above;
    above = present;
    present = free;
  }
  const distance = above[to.length] ?? beyond;
  return distance > most ? undefined : distance;
}

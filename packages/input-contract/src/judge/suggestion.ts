/** Which name somebody may have meant who wrote another one. */
import { compareStrings, simpleLower } from '@px0/template';

/** The candidate that is nearest to the name; of several the first by bytes. Undefined where none is near enough. */
export function suggestion(name: string, candidates: readonly string[]): string | undefined {
  const wanted = characters(name);
  const most = mostDistance(wanted.length);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    // A character has one or two units.
    if (candidate.length > 2 * (wanted.length + most) || 2 * candidate.length < wanted.length - most)
      continue;
    const distance = distanceWithin(best?.distance ?? most, wanted, characters(candidate));
    if (distance === undefined) continue;
    const isFirst = best?.distance !== distance || compareStrings(candidate, best.candidate) < 0;
    if (isFirst) best = { candidate, distance };
  }
  return best?.candidate;
}

function mostDistance(length: number): number {
  const most = length <= 3 ? 1 : length <= 7 ? 2 : 3;
  return Math.min(most, length - 1);
}

/** Code points, letters in lower case. */
function characters(name: string): readonly number[] {
  return Array.from(name, (character) => simpleLower(character.codePointAt(0) ?? 0));
}

/**
 * Optimal string alignment: how many characters are inserted, deleted, replaced or swapped with their neighbours, none of them twice. Undefined
 * beyond `most`: so only a band of the table is needed, which reaches `most` to both sides.
 */
function distanceWithin(most: number, from: readonly number[], to: readonly number[]): number | undefined {
  if (most < 0 || Math.abs(from.length - to.length) > most) return undefined;
  const beyond = most + 1;
  // Outside of the band there is always more than `most`.
  const line = () => new Uint8Array(to.length + 1).fill(beyond);
  let [twoAbove, above, present] = [line(), line(), line()];
  for (let column = 0; column <= Math.min(most, to.length); column += 1) above[column] = column;
  let leastAbove = 0;
  for (let row = 1; row <= from.length; row += 1) {
    const first = Math.max(row - most, 1);
    present[first - 1] = first === 1 ? Math.min(row, beyond) : beyond;
    let least = present[first - 1] ?? beyond;
    for (let column = first; column <= Math.min(row + most, to.length); column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const distance = Math.min(
        (above[column] ?? beyond) + 1,
        (present[column - 1] ?? beyond) + 1,
        (above[column - 1] ?? beyond) + (isSame ? 0 : 1),
        isSwapped ? (twoAbove[column - 2] ?? beyond) + 1 : beyond,
        beyond,
      );
      present[column] = distance;
      least = Math.min(least, distance);
    }
    // A swap reaches over one line.
    if (least > most && leastAbove > most) return undefined;
    leastAbove = least;
    [twoAbove, above, present] = [above, present, twoAbove];
  }
  const distance = above[to.length] ?? beyond;
  return distance > most ? undefined : distance;
}

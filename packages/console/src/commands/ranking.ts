/** Which commands fit what was typed in the palette, and in which order. */
import type { Command } from './registry.ts';

export interface CommandGroup {
  readonly name: string;
  /** The best one first. */
  readonly commands: readonly Command[];
}

/** How well a command fits; from `certain` on, nothing that is still being searched can fit better. */
export const fit = {
  none: 0,
  letters: 1,
  found: 2,
  within: 3,
  words: 4,
  labelWords: 5,
  slugStart: 6,
  certain: 7,
  exact: 8,
} as const;

/**
 * The commands for a text, grouped. The group with the best command comes first; of equally good groups, the one that was offered first.
 *
 * @param found results of searches, which fit even where their texts do not show why
 */
export function rankedGroups(
  text: string,
  offered: readonly Command[],
  found: readonly Command[],
): readonly CommandGroup[] {
  const isFound = new Set(found);
  const once = new Map([...offered, ...found].map((command) => [command.id, command]));
  const wanted = folded(text.trim());
  if (wanted === '') return grouped([...once.values()]);
  const scored = [...once.values()]
    .map((command, place) => ({ command, place, score: fitOf(wanted, command, isFound.has(command)) }))
    .filter(({ score }) => score > fit.none)
    .toSorted(
      (a, b) =>
        b.score - a.score ||
        (isFound.has(a.command) && isFound.has(b.command) ? byLength(a.command, b.command) : 0) ||
        a.place - b.place,
    );
  return grouped(scored.map(({ command }) => command));
}

/** How well a command fits a text that is not empty. */
export function fitOf(text: string, { label, keywords = '' }: Command, isFound = false): number {
  const wanted = folded(text.trim());
  const name = folded(label);
  const others = folded(keywords);
  if (name === wanted || (isFound && others === wanted)) return fit.exact;
  if (name.startsWith(wanted)) return fit.certain;
  if (isFound && others.startsWith(wanted)) return fit.slugStart;
  if (wordsBegin(wanted, name)) return fit.labelWords;
  if (wordsBegin(wanted, `${name} ${others}`)) return fit.words;
  if (name.includes(wanted)) return fit.within;
  if (isFound) return fit.found;
  return hasInOrder(wanted, name) ? fit.letters : fit.none;
}

function grouped(commands: readonly Command[]): CommandGroup[] {
  return [...Map.groupBy(commands, ({ group }) => group)].map(([name, own]) => ({ name, commands: own }));
}

/** What says no more than what was typed comes first: “Refund” before “Refund Chat”. */
function byLength(a: Command, b: Command): number {
  return a.label.length - b.label.length;
}

/** In lower case and without accents. */
function folded(text: string): string {
  return text.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

/** Whether each word of one text begins a word of the other. */
function wordsBegin(wanted: string, text: string): boolean {
  const words = text.split(notOfWords);
  return wanted
    .split(notOfWords)
    .filter((word) => word !== '')
    .every((word) => words.some((one) => one.startsWith(word)));
}

const notOfWords = /[^\p{L}\p{N}]+/u;

/** Whether the letters stand in this order in a text, the first one at the start of a word: `agl` in “audit log”. */
function hasInOrder(letters: string, text: string): boolean {
  const [first = '', ...rest] = letters.replaceAll(' ', '');
  if (rest.length === 0) return false;
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)].some(({ 0: word, index }) => {
    if (!word.startsWith(first)) return false;
    let at = index;
    return rest.every((letter) => {
      at = text.indexOf(letter, at + 1);
      return at !== -1;
    });
  });
}

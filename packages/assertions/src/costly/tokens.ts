/**
 * Tokens of a text, approximately: counting takes more than linear time within a run of characters without white space, or of white space only, so that
 * long runs are counted in slices.
 */
import { createRequire } from 'node:module';

/** Longer runs are sliced. In UTF-16 units. */
const MAX_RUN_UNITS = 4_096;

const LONG_RUN = new RegExp(`\\S{${MAX_RUN_UNITS + 1},}|\\s{${MAX_RUN_UNITS + 1},}`, 'g');

type Vocabulary = typeof import('gpt-tokenizer/encoding/o200k_base');

let vocabulary: Vocabulary | undefined;

/** Loads the vocabulary unless it is there: it takes seconds and some 57 MB. Synchronous, since a thread's tasks are. */
export function loadVocabulary(): Vocabulary {
  vocabulary ??= createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base') as Vocabulary;
  return vocabulary;
}

/** How many tokens of `o200k_base` a text has, give or take one for each slice of a long run. */
export function countTokens(text: string): number {
  const { countTokens: count } = loadVocabulary();
  // A text may hold the name of a special token, which is plain text.
  const plain = { disallowedSpecial: new Set<string>() };
  return piecesOf(text).reduce((sum, piece) => sum + count(piece, plain), 0);
}

/** The text in pieces, each of which is counted in time that grows with its length. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let behind = 0;
  for (const { 0: run, index } of text.matchAll(LONG_RUN)) {
    pieces.push(text.slice(behind, index), ...slicesOf(run));
    behind = index + run.length;
  }
  pieces.push(text.slice(behind));
  return pieces.filter((piece) => piece !== '');
}

function slicesOf(run: string): string[] {
  const slices: string[] = [];
  for (let at = 0; at < run.length; ) {
    const end = at + MAX_RUN_UNITS;
    // A pair stays whole.
    const isWithinPair = end < run.length && /[\ud800-\udbff]/.test(run[end - 1] ?? '');
    slices.push(run.slice(at, isWithinPair ? end + 1 : end));
    at = isWithinPair ? end + 1 : end;
  }
  return slices;
}

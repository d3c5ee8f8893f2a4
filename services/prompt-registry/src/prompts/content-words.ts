/**
 * The words by which a prompt is found in what it says: those of the version that a search looks into.
 * See docs/decisions/168-folders-and-notes.md.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { searchWords } from './search-words.ts';

/** What a version says, as far as a search looks into it. */
export interface Searched {
  readonly template: string;
  /** The conversation that the template is made from; null for a text. */
  readonly messages:
    | readonly (
        | { readonly template: string }
        | { readonly parts: readonly ({ readonly template: string } | { readonly url: string })[] }
        | { readonly placeholder: string }
      )[]
    | null;
  /** JSON text. */
  readonly config: string | null;
}

/** What is searched of a version. */
export const SEARCHED_CHARACTERS = 65_536;

/** Less is searched of a text whose compatibility form is much longer than itself: one character may stand for eighteen. */
const FORMED_CHARACTERS = 2 * SEARCHED_CHARACTERS;

/** About a millisecond of work; ten for the worst texts. */
const PIECE_CHARACTERS = 1_024;

/** After this time others get their turn. */
const TURN_MS = 2;

/** The words of the texts and of the configuration's strings; neither the configuration's keys nor the URLs of media. */
export async function contentWords(version: Searched): Promise<string[]> {
  const texts = version.messages === null ? [version.template] : version.messages.flatMap(textsOf);
  const strings = version.config === null ? [] : stringsIn(JSON.parse(version.config));
  const words = new Set<string>();
  let formed = 0;
  let since = performance.now();
  for (const piece of pieces(beginning([...texts, ...strings].join('\n')))) {
    for (const word of searchWords(piece)) words.add(word);
    formed += piece.normalize('NFKC').length;
    if (formed > FORMED_CHARACTERS) break;
    if (performance.now() - since < TURN_MS) continue;
    await nextTurn();
    since = performance.now();
  }
  return [...words];
}

function textsOf(message: NonNullable<Searched['messages']>[number]): string[] {
  const texts = 'parts' in message ? message.parts : [message];
  return texts.flatMap((text) => ('template' in text ? [text.template] : []));
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

function beginning(text: string): string {
  if (text.length <= SEARCHED_CHARACTERS) return text;
  let end = 0;
  for (let characters = 0; characters < SEARCHED_CHARACTERS && end < text.length; characters += 1)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

/** Cuts a text between words, or where a word is longer than a piece. */
function* pieces(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    let piece = text.slice(from, from + PIECE_CHARACTERS);
    if (piece.length === PIECE_CHARACTERS) {
      piece = piece.replace(/[\ud800-\udbff]$/, '');
      const lastGap = piece.search(/[^\p{L}\p{N}\p{M}][\p{L}\p{N}\p{M}]*$/u);
      if (lastGap > 0) piece = piece.slice(0, lastGap);
    }
    yield piece;
    from += piece.length;
  }
}

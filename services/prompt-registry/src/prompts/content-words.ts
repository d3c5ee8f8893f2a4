/**
 * The words by which a prompt is found in what it says: those of the version that a search looks into.
 * See docs/decisions/168-folders-and-notes.md.
 */
import { searchWords } from './search-words.ts';

/** What a version says, as far as a search looks into it. */
export interface Searched {
  readonly template: string;
  /** The conversation that the template is made from; null for a text. */
  readonly messages:
    | readonly {
        readonly template?: string;
        readonly parts?: readonly { readonly template?: string }[];
      }[]
    | null;
  /** JSON text. */
  readonly config: string | null;
}

/** What is searched of a version: more would make a save hold its process for long. */
export const SEARCHED_CHARACTERS = 65_536;

/** The words of the texts and of the configuration's strings; neither the configuration's keys nor the URLs of media. */
export function contentWords(version: Searched): string[] {
  const texts = version.messages === null ? [version.template] : version.messages.flatMap(textsOf);
  const strings = version.config === null ? [] : stringsIn(JSON.parse(version.config));
  return searchWords(beginning([...texts, ...strings].join('\n')));
}

function textsOf(message: NonNullable<Searched['messages']>[number]): string[] {
  const texts = [message, ...(message.parts ?? [])].map(({ template }) => template);
  return texts.filter((text) => text !== undefined);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

/** Less of a text whose compatibility form is much longer than itself: one character may stand for eighteen. */
function beginning(text: string): string {
  let begun = text.length <= SEARCHED_CHARACTERS ? text : firstCharacters(text);
  for (;;) {
    const { length } = begun.normalize('NFKC');
    if (length <= 2 * SEARCHED_CHARACTERS) return begun;
    begun = begun.slice(0, Math.floor((begun.length * 2 * SEARCHED_CHARACTERS) / length));
  }
}

function firstCharacters(text: string): string {
  const characters = [...text.slice(0, 2 * SEARCHED_CHARACTERS)];
  return characters.slice(0, SEARCHED_CHARACTERS).join('');
}

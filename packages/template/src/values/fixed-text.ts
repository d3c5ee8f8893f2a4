/**
 * Texts between actions that are long: their JSON is made once, and not by every render.
 * See docs/decisions/225-large-renders.md.
 */
import { byteLength } from './go-string.ts';

/** Of fewer UTF-16 units the JSON is made as fast as it is put together. */
const MIN_UNITS = 512;

/** Up to so many UTF-16 units are copied into one string faster than they are handed on by themselves. */
const MAX_STRING_UNITS = 12_288;

const encoder = new TextEncoder();

/** What stands between the quotes of a text's JSON: in UTF-8 where it is very long. */
interface TextJson {
  readonly json: string | Uint8Array;
  readonly byteLength: number;
}

export class FixedText {
  /** Well-formed, so that no character begins in the text before it or ends in the one behind it. */
  readonly text: string;
  #json: TextJson | undefined;

  private constructor(text: string) {
    this.text = text;
  }

  /** Undefined for a text that is too short to be worth it. */
  static of(text: string): FixedText | undefined {
    return text.length >= MIN_UNITS && text.isWellFormed() ? new FixedText(text) : undefined;
  }

  /** Made on first use, and kept. */
  get json(): TextJson {
    this.#json ??= textJson(this.text);
    return this.#json;
  }
}

export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function textJson(text: string): TextJson {
  const json = escaped(text);
  if (json.length <= MAX_STRING_UNITS) return { json, byteLength: byteLength(json) };
  const bytes = encoder.encode(json);
  return { json: bytes, byteLength: bytes.length };
}

/** What a render has printed: one text, or texts with fixed ones among them. */
export type Output = string | readonly (string | FixedText)[];

/** The whole output. */
export function textOf(output: Output): string {
  if (typeof output === 'string') return output;
  return output.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('');
}

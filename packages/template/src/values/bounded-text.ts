/** Texts that grow piece by piece and must not grow beyond a limit, which is looked at while they grow. */
import { byteLength } from './go-string.ts';
import type { Meter } from './meter.ts';

/** What decides whether a growing text is still short enough. */
export interface TextLimit {
  /** Up to so many UTF-16 units need no asking. */
  readonly units: number;
  /** Asked about a text that is longer than `units`, which may be more afterwards. */
  allows(text: string): boolean;
  /** What this text leaves of the limit. */
  rest(text: string): TextLimit;
}

/** Of UTF-8: the bytes are counted only once the text could be too long, and each part of it once. */
export class ByteLimit implements TextLimit {
  readonly #maxBytes: number;
  units: number;
  #countedUnits = 0;
  #countedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.units = safeUnits(maxBytes);
  }

  allows(text: string): boolean {
    // No unit takes less than a byte: so a rope of many large pieces is never made one text just to be refused.
    if (text.length > this.#maxBytes) return false;
    const left = this.#left(text);
    if (left < 0) return false;
    this.units = text.length + safeUnits(left);
    return true;
  }

  rest(text: string): ByteLimit {
    return new ByteLimit(this.#left(text));
  }

  /** The text is the one asked about before, perhaps with more at its end. */
  #left(text: string): number {
    this.#countedBytes += byteLength(text.slice(this.#countedUnits));
    this.#countedUnits = text.length;
    return this.#maxBytes - this.#countedBytes;
  }
}

/** Of several texts together, one after another. */
export class ByteLimitOfTexts {
  #present: ByteLimit;

  /** `ended` are the texts before the present one. */
  constructor(maxBytes: number, ended: readonly string[]) {
    this.#present = new ByteLimit(ended.reduce((left, text) => left - byteLength(text), maxBytes));
  }

  /** Up to so many UTF-16 units of the present text need no asking, once it has been asked about. */
  get units(): number {
    return this.#present.units;
  }

  allows(text: string): boolean {
    return this.#present.allows(text);
  }

  /** The present text is complete. */
  end(text: string): void {
    this.#present = this.#present.rest(text);
  }
}

/** A text of so many UTF-16 units is within the limit, whatever it says: none takes more than three bytes. */
export function safeUnits(maxBytes: number): number {
  return Math.floor(maxBytes / 3);
}

/** So many units are written between two questions to the meter. */
const UNITS_PER_QUESTION = 4096;

/** Another limit, under which the meter of the render is asked while the text grows. */
export class MeteredLimit implements TextLimit {
  readonly #limit: TextLimit;
  readonly #meter: Meter;
  units: number;

  constructor(limit: TextLimit, meter: Meter) {
    this.#limit = limit;
    this.#meter = meter;
    this.units = Math.min(limit.units, UNITS_PER_QUESTION);
  }

  allows(text: string): boolean {
    this.#meter.proceed(0);
    if (text.length > this.#limit.units && !this.#limit.allows(text)) return false;
    this.units = Math.min(this.#limit.units, text.length + UNITS_PER_QUESTION);
    return true;
  }

  rest(text: string): MeteredLimit {
    return new MeteredLimit(this.#limit.rest(text), this.#meter);
  }
}

/** Of UTF-16 units. */
export class UnitLimit implements TextLimit {
  readonly units: number;

  constructor(units: number) {
    this.units = units;
  }

  allows(): boolean {
    return false;
  }

  rest(text: string): UnitLimit {
    return new UnitLimit(this.units - text.length);
  }
}

/** Thrown when a text grows beyond its limit; `text` is what was written until then. */
export class TextOverflow extends Error {
  readonly text: string;

  constructor(text: string) {
    super('text too long');
    this.text = text;
  }
}

export class BoundedText {
  text = '';
  readonly #limit: TextLimit;
  #units: number;

  constructor(limit: TextLimit) {
    this.#limit = limit;
    this.#units = limit.units;
  }

  /** @throws TextOverflow */
  add(piece: string): void {
    this.text += piece;
    if (this.text.length > this.#units) this.#ask();
  }

  #ask(): void {
    if (!this.#limit.allows(this.text)) throw new TextOverflow(this.text);
    this.#units = this.#limit.units;
  }

  /** What is left of the limit. */
  rest(): TextLimit {
    return this.#limit.rest(this.text);
  }
}

/** Pieces of this size are converted one after another, so that a result that grows too long is noticed early. */
export const PIECE_UNITS = 4096;

/** Calls `visit` with the parts of a text in turn; no character is cut. */
export function forEachPiece(text: string, visit: (piece: string) => void): void {
  if (text.length <= PIECE_UNITS) {
    visit(text);
    return;
  }
  for (let start = 0; start < text.length; ) {
    const end = wholeCharacters(text, start + PIECE_UNITS);
    visit(text.slice(start, end));
    start = end;
  }
}

/** Where to cut a text for at least `units` units of whole characters. */
export function wholeCharacters(text: string, units: number): number {
  const isInside =
    (text.charCodeAt(units) & 0xfc00) === 0xdc00 && (text.charCodeAt(units - 1) & 0xfc00) === 0xd800;
  return isInside ? units + 1 : Math.min(units, text.length);
}

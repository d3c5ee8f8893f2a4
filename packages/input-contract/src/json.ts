/** Values of JSON, and their text. */
import { compareStrings } from '@px0/template';

export type Dict = Readonly<Record<string, unknown>>;

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Compact JSON with the keys of objects in the order of their bytes: one text for one value, however it was written. Undefined where it would be
 * longer than `most`; of what is much longer not all is looked at.
 */
export function jsonText(value: unknown, most: number): string | undefined {
  const writer = new Writer(most);
  return writer.write(value) ? writer.text : undefined;
}

class Writer {
  text = '';
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** False when there is no room. As deep as there is room for. */
  write(value: unknown): boolean {
    if (Array.isArray(value)) {
      return (
        this.#add('[') &&
        value.every((item, index) => this.#next(index) && this.write(item)) &&
        this.#add(']')
      );
    }
    if (!isDict(value)) return this.#add(JSON.stringify(value));
    const keys = Object.keys(value);
    return (
      // Each takes at least four characters.
      4 * keys.length <= this.#most &&
      this.#add('{') &&
      keys
        .sort(compareStrings)
        .every(
          (key, index) => this.#next(index) && this.#add(`${JSON.stringify(key)}:`) && this.write(value[key]),
        ) &&
      this.#add('}')
    );
  }

  #next(index: number): boolean {
    return index === 0 || this.#add(',');
  }

  #add(text: string): boolean {
    this.text += text;
    return this.text.length <= this.#most;
  }
}

/** JSON without characters beyond ASCII, and without the one control character that JSON does not escape: fit for a header. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

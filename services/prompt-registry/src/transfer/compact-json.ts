/** JSON as Postgres shows it, without its blanks. Nothing is parsed: a few megabytes can hold values for gigabytes. */

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

export interface CompactJson {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Commas and opening brackets outside texts: at most twice as many as there are values. */
  readonly marks: number;
}

/** Takes the blanks outside texts out of a valid JSON text. */
export function compactJson(text: string): CompactJson {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  let marks = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) isText = !isText;
    else if (isText) {
      if (byte === BACKSLASH) {
        bytes[length++] = byte;
        at += 1;
        bytes[length++] = bytes[at] ?? 0;
        continue;
      }
    } else if (byte === BLANK || byte === LINE_FEED || byte === TAB || byte === CARRIAGE_RETURN) continue;
    else if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) marks += 1;
    bytes[length++] = byte;
  }
  return { bytes: bytes.subarray(0, length), marks };
}

/** What is too much for the main thread before a render even begins, judged by a look at the bytes. */

/** What begins a value in JSON: the bytes of `,`, `[` and `{`. */
const VALUE_MARKS = [0x2c, 0x5b, 0x7b] as const;

/** Parsing takes up to a microsecond for each value, and half a microsecond for a thousand characters of a text. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_VALUES = 6_000;
/** So many bytes hold hardly more values than that. */
const SMALL_BODY_BYTES = 12 * 1024;

/** Whether JSON is parsed within a few milliseconds. */
export function isLightJson(bytes: Buffer): boolean {
  if (bytes.length <= SMALL_BODY_BYTES) return true;
  if (bytes.length > MAX_BODY_BYTES) return false;
  return hasFewMarks(bytes) || hasFewValues(bytes);
}

/** Quick, but marks within texts count as well. */
function hasFewMarks(bytes: Buffer): boolean {
  let marks = 0;
  for (const mark of VALUE_MARKS) {
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      marks += 1;
      if (marks > MAX_VALUES) return false;
    }
  }
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The same without what stands in texts: a document in a variable may have many commas. */
function hasFewValues(bytes: Buffer): boolean {
  let values = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) {
      if (byte === BACKSLASH) at += 1;
    } else if (byte === VALUE_MARKS[0] || byte === VALUE_MARKS[1] || byte === VALUE_MARKS[2]) {
      values += 1;
      if (values > MAX_VALUES) return false;
    }
  }
  return true;
}

/** Compiling takes one to two microseconds for each character between `{{` and `}}`, and ten for a thousand of those outside. */
const MAX_ACTION_CHARACTERS = 6_000;

/** Whether a template is compiled, and its code made, within a few milliseconds. */
export function isLightTemplate(source: string): boolean {
  if (source.length <= MAX_ACTION_CHARACTERS) return true;
  let characters = 0;
  for (let open = source.indexOf('{{'); open >= 0; ) {
    const end = endOfAction(source, open);
    characters += end - open;
    if (characters > MAX_ACTION_CHARACTERS) return false;
    open = source.indexOf('{{', end);
  }
  return true;
}

const COMMENT = /\{\{(?:-[ \t\r\n])?\/\*/y;
const MARK = /\}\}|["'`]/g;

/** Behind the action that begins at `open`; one that is never closed is read to the end. Texts in it may hold braces. */
function endOfAction(source: string, open: number): number {
  COMMENT.lastIndex = open;
  let at = COMMENT.test(source) ? endOf(source, '*/', COMMENT.lastIndex) : open + 2;
  for (;;) {
    MARK.lastIndex = at;
    const mark = MARK.exec(source)?.[0];
    if (mark === undefined) return source.length;
    at = MARK.lastIndex;
    if (mark === '}}') return at;
    at = mark === '`' ? endOf(source, mark, at) : endOfQuoted(source, mark, at);
  }
}

function endOfQuoted(source: string, mark: string, start: number): number {
  for (let at = start; at < source.length; at += 1) {
    const character = source[at];
    // The parser stops at a line's end.
    if (character === mark || character === '\n') return at + 1;
    if (character === '\\') at += 1;
  }
  return source.length;
}

function endOf(source: string, text: string, start: number): number {
  const at = source.indexOf(text, start);
  return at < 0 ? source.length : at + text.length;
}

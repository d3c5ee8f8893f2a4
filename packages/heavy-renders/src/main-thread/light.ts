/** What is too much for the main thread before a render even begins, judged by a look at the bytes. */

const COMMA = 0x2c;

/** Parsing takes up to a microsecond for each value, and half a microsecond for a thousand characters of a text. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_VALUES = 6_000;
/** So many bytes hold fewer values than that. */
const SMALL_BODY_BYTES = 12 * 1024;

/** Whether JSON is parsed within a few milliseconds. Commas in texts count as well, since telling them apart would be parsing. */
export function isLightJson(bytes: Buffer): boolean {
  if (bytes.length <= SMALL_BODY_BYTES) return true;
  if (bytes.length > MAX_BODY_BYTES) return false;
  let values = 0;
  for (let at = bytes.indexOf(COMMA); at >= 0; at = bytes.indexOf(COMMA, at + 1)) {
    values += 1;
    if (values > MAX_VALUES) return false;
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
    const close = source.indexOf('}}', open);
    if (close < 0) return true;
    characters += close + 2 - open;
    if (characters > MAX_ACTION_CHARACTERS) return false;
    open = source.indexOf('{{', close + 2);
  }
  return true;
}

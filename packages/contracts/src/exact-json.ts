/**
 * JSON that keeps its numbers: a number that a 64-bit float would change stays raw JSON text, which JSON.stringify
 * writes unchanged. Payloads are stored this way, so a saved 64-bit id does not lose its last digits.
 */

declare global {
  // "JSON.parse source text access" (ECMAScript 2026): in Node since 22, not yet in TypeScript's library.
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Parses JSON; numbers that do not survive the way through a float become what `keep` makes of their text: `JSON.rawJSON` objects,
 * unless another form is asked for.
 *
 * A reviver, which JSON.parse calls for every value, takes ten times as long as parsing, and seconds for a full request body. So such
 * numbers, which are rare, are parsed as strings that begin with a mark, and put in their places afterwards.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseExactJson(text: string, keep: (source: string) => unknown = JSON.rawJSON): unknown {
  const inexact = inexactNumbers(text);
  if (inexact.length === 0) return JSON.parse(text);
  // Nobody can know the mark, so no string of the text begins with it.
  const mark = crypto.randomUUID();
  const pieces: string[] = [];
  let end = 0;
  for (const { at, source } of inexact) {
    pieces.push(text.slice(end, at), `"${mark}${source}"`);
    end = at + source.length;
  }
  return withoutMarks(JSON.parse(`${pieces.join('')}${text.slice(end)}`), mark, keep);
}

interface NumberInText {
  readonly at: number;
  readonly source: string;
}

/** Up to this many digits, every decimal comes back from a float. */
const SAFE_DIGITS = 15;
/** Below it, floats have fewer digits. */
const SMALLEST_SAFE = 1e-290;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The numbers that do not survive. In a text that is no JSON, only where a string in their place would not make it JSON. */
function inexactNumbers(text: string): NumberInText[] {
  const found: NumberInText[] = [];
  // Most texts have neither an exponent nor that many digits.
  if (!/\d[eE]|[\d.]{16}/.test(text)) return found;
  // A string, to be skipped, or what may be such a number.
  const candidates = /"|-?\d+(?:\.\d+)?[eE][+-]?\d+|-?[\d.]{16,}/g;
  for (let match = candidates.exec(text); match !== null; match = candidates.exec(text)) {
    const [source] = match;
    if (source === '"') {
      const end = endOfString(text, match.index);
      if (end === -1) break;
      candidates.lastIndex = end;
    } else if (isInexact(source) && !isKey(text, candidates.lastIndex)) {
      found.push({ at: match.index, source });
    }
  }
  return found;
}

/** Behind the closing quote; -1 without one. */
function endOfString(text: string, start: number): number {
  for (let close = text.indexOf('"', start + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let backslashes = 0;
    while (text[close - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
  return -1;
}

function isInexact(source: string): boolean {
  const value = Number(source);
  const size = Math.abs(value);
  const mantissa = source.search(/[eE]/);
  const digits = mantissa === -1 ? source.length : mantissa;
  // The cheap half of the question, and the answer for most numbers.
  if (digits <= SAFE_DIGITS && size >= SMALLEST_SAFE && size < Number.POSITIVE_INFINITY) return false;
  return JSON_NUMBER.test(source) && !survives(value, source);
}

/** A number as a key is no JSON, and must not become some by way of a string. */
function isKey(text: string, end: number): boolean {
  let next = end;
  while (/\s/.test(text.charAt(next))) next += 1;
  return text[next] === ':';
}

function withoutMarks(root: unknown, mark: string, keep: (source: string) => unknown): unknown {
  const holder = { root };
  const waiting: object[] = [holder];
  for (let container = waiting.pop(); container !== undefined; container = waiting.pop()) {
    const place = (key: number | string, value: unknown) => {
      if (typeof value === 'object' && value !== null) waiting.push(value);
      else if (typeof value === 'string' && value.startsWith(mark))
        // The property exists, so this sets no prototype even if it is named __proto__.
        Reflect.set(container, key, keep(value.slice(mark.length)));
    };
    if (Array.isArray(container))
      for (let index = 0; index < container.length; index += 1) place(index, container[index]);
    else for (const [key, value] of Object.entries(container)) place(key, value);
  }
  return holder.root;
}

function survives(value: number, source: string): boolean {
  return String(value) === source || (Number.isFinite(value) && isSameDecimal(String(value), source));
}

/** Whether two JSON numbers are the same decimal, whatever their notation: `1.50` and `1.5`, `1e2` and `100`. */
function isSameDecimal(left: string, right: string): boolean {
  const a = normalise(left);
  const b = normalise(right);
  return a.digits === b.digits && (a.digits === '' || (a.exponent === b.exponent && a.sign === b.sign));
}

function normalise(text: string): { sign: string; digits: string; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  return {
    sign,
    digits,
    exponent: Number(exponent) - fraction.length + (significant.length - digits.length),
  };
}

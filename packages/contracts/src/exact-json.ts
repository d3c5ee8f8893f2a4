/**
 * JSON that keeps its numbers: a number that a 64-bit float would change stays raw JSON text, which JSON.stringify
 * writes unchanged. Payloads are stored this way, so a saved 64-bit id does not lose its last digits.
 */

declare global {
  // "JSON.parse source text access" (ECMAScript 2026): in Node since 22, not yet in TypeScript's library.
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Parses JSON; numbers that do not survive the way through a float become what `keep` makes of their text: `JSON.rawJSON` objects,
 * unless another form is asked for.
 *
 * @throws SyntaxError when the text is not JSON, RangeError when it is nested too deeply for the stack.
 */
export function parseExactJson(text: string, keep: (source: string) => unknown = JSON.rawJSON): unknown {
  return JSON.parse(text, (_key, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && context.source !== undefined && !survives(value, context.source)
      ? keep(context.source)
      : value,
  );
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from './exact-json.ts';
import { parseBody, parseBodyText } from './parse-body.ts';
import { routes } from './routes/mod.ts';

const withBody = Object.values(routes).filter((route) => route.body !== null);

describe('parseBody', () => {
  it('never throws, whatever a client sends, and gives back declared fields only', () => {
    const fields = [...new Set(withBody.flatMap((route) => Object.keys(route.body?.shape ?? {})))];
    const body = fc.dictionary(fc.constantFrom(...fields, 'other'), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(...withBody), fc.oneof(body, fc.jsonValue()), (route, value) => {
        const parsed = parseBody(route, value);
        if (parsed === undefined) return;
        for (const field of Object.keys(parsed)) expect(route.body?.shape).toHaveProperty(field);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves sound variables as they are', () => {
    const variables = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(variables, (value) => {
        const text = JSON.stringify({ variables: value });
        const parsed = parseBodyText(routes.renderLive, text);
        expect(parsed === undefined ? undefined : JSON.parse(JSON.stringify(parsed))).toEqual(
          JSON.parse(text),
        );
      }),
    );
  });
});

describe('parseExactJson', () => {
  it('writes back every number as the same decimal', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,25})?(e[+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (source) => {
        const written = JSON.stringify(parseExactJson(source));
        expect(decimal(written)).toEqual(decimal(source));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A decimal as an integer without trailing zeros and a power of ten. */
function decimal(text: string): { digits: bigint; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(whole + fraction);
  let exponent = Number(power) - fraction.length;
  while (digits !== 0n && digits % 10n === 0n) {
    digits /= 10n;
    exponent += 1;
  }
  // Adding 0 turns a negative zero into zero.
  return { digits, exponent: digits === 0n ? 0 : exponent + 0 };
}

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

  const number = fc.oneof(
    fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/),
    fc.constantFrom(
      '1e400',
      '-0',
      '1E5',
      '9007199254740993',
      '5e-324',
      '1e-320',
      '0.1000000000000000055511151231257827',
    ),
  );
  const piece = fc.oneof(
    { weight: 6, arbitrary: number },
    fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      ' ',
      '\n',
      '"',
      '\\"',
      '\\\\',
      '"a"',
      '"__proto__"',
      '"1e400"',
      'null',
      'e',
      '-',
      '.',
    ),
  );

  it('accepts what JSON.parse accepts, and nothing else', () => {
    const value = fc.letrec((tie) => ({
      text: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.constantFrom('null', '""', '"1e400"', '"\\\\"', '"\\"1e400"', '"12345678901234567890"'),
        fc.array(tie('text'), { maxLength: 4 }).map((elements) => `[ ${elements.join(' ,')}]`),
        fc
          .array(fc.tuple(fc.constantFrom('a', '__proto__', '1', 'a 1e400', '\\"'), tie('text')), {
            maxLength: 4,
          })
          .map((fields) => `{${fields.map(([key, field]) => `"${key}" : ${field}`).join(',')}}`),
      ),
    })).text;
    const text = fc.oneof(
      value.map(String),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.tuple(value, piece).map(([sound, more]) => `[${String(sound)}${more}]`),
    );
    fc.assert(
      fc.property(text, (source) => {
        expect(written(source, parseExactJson)).toBe(written(source, parseByReviver));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads any depth that JSON.parse reads', () => {
    const nested = `${'['.repeat(100_000)}1e400${']'.repeat(100_000)}`;
    expect(Array.isArray(parseExactJson(nested))).toBe(true);
  });
});

/** What is read from a text, as text again; "no JSON" for what is refused. */
function written(source: string, parse: (text: string) => unknown): string {
  try {
    return JSON.stringify(parse(source));
  } catch (error) {
    if (error instanceof SyntaxError) return 'no JSON';
    throw error;
  }
}

/** The plain way: every number that is not the same decimal as its float stays raw. */
function parseByReviver(text: string): unknown {
  const reviver = (_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && context.source !== undefined && !isSame(value, context.source)
      ? JSON.rawJSON(context.source)
      : value;
  // TypeScript's library lacks the third argument.
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}

function isSame(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  const [left, right] = [decimal(String(value)), decimal(source)];
  return left.digits === right.digits && left.exponent === right.exponent;
}

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

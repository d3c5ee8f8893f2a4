import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, closures, compileWith, generated } from './compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from './errors.ts';
import { highlight } from './syntax/highlight.ts';

const SETTINGS = { numRuns: 400 };
const LIMITS = { maxSteps: 5000, maxOutputBytes: 100_000 };

/** Pieces that make templates likely, among any text. */
const piece = fc.oneof(
  fc.constantFrom(
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '{{end}}',
    '{{else}}',
    'if ',
    'range ',
    'with ',
    'define "t"',
    'template "t" .',
    'block "b" .',
    '.',
    '.a',
    '.b',
    '$',
    '$x',
    ':=',
    '=',
    '|',
    '(',
    ')',
    'eq ',
    'printf "%v" ',
    'index ',
    'slice ',
    'len ',
    'and ',
    'or ',
    'default 1 ',
    'indent 3 ',
    'toJson ',
    '"s"',
    '`r`',
    "'c'",
    '1',
    '2.5',
    'nil',
    'true',
    '{{break}}',
    '{{.a}}',
    '{{range .a}}',
    '{{/*',
    '*/}}',
    ' ',
    '\n',
    ',',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const template = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const key = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', 'length'),
  fc.string({ maxLength: 3 }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const data = fc.dictionary(key, json, { maxKeys: 5 });

function outcome(backend: Backend, text: string, variables: Record<string, unknown>): string {
  try {
    return `output ${compileWith(backend, text, LIMITS).render(variables)}`;
  } catch (error) {
    if (error instanceof TemplateSyntaxError || error instanceof TemplateExecutionError)
      return `error ${error.message}`;
    throw error;
  }
}

describe('any text with any data', () => {
  it('renders or throws one of the two errors, alike in both backends', () => {
    fc.assert(
      fc.property(template, data, (text, variables) => {
        expect(outcome(generated, text, variables)).toBe(outcome(closures, text, variables));
      }),
      SETTINGS,
    );
  });

  it('has variables, without an error, when it compiles', () => {
    fc.assert(
      fc.property(template, (text) => {
        try {
          expect(compileWith(closures, text).variables).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateSyntaxError);
        }
      }),
      SETTINGS,
    );
  });

  it('is highlighted in ascending tokens that do not overlap', () => {
    fc.assert(
      fc.property(template, (text) => {
        let end = 0;
        for (const { from, to } of highlight(text)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      SETTINGS,
    );
  });
});

it('a text without actions renders as itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('{{'));
      expect(outcome(generated, text, {})).toBe(`output ${text}`);
      expect(outcome(closures, text, {})).toBe(`output ${text}`);
    }),
    SETTINGS,
  );
});

it('a string literal and a printed value come out as they went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('`') && !text.includes('\r'));
      expect(outcome(generated, `{{\`${text}\`}}`, {})).toBe(`output ${text}`);
      expect(outcome(generated, '{{.a}}', { a: text })).toBe(`output ${text}`);
    }),
    SETTINGS,
  );
});

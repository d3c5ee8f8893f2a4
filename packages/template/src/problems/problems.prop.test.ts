import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { errorsIn, otherLanguagesIn } from './mod.ts';

/** What texts are made of, right and wrong. */
const pieces = [
  ...[
    '{{',
    '}}',
    '{',
    '}',
    '{{.a}}',
    '{{name}}',
    '{{if .x}}',
    '{{end}}',
    '{{else}}',
    '{{else if b}}',
    '{{range $x := .l}}',
  ],
  ...[
    '{{$x}}',
    '{{with',
    '"',
    "'",
    '`',
    '\n',
    '\\',
    ' ',
    '(',
    ')',
    '|',
    '{{/*',
    '*/}}',
    '{{- ',
    ' -}}',
    'é',
    '🙂',
    'text',
  ],
  ...[
    '{{#each l}}',
    '{{/each}}',
    '{{{r}}}',
    '{{for y in l}}',
    '{{endfor}}',
    '{% if x %}',
    '{# n #}',
    '{{define "d"}}',
    '{{a[0]}}',
  ],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 25 })
  .map((all) => all.join(''));

it('every text has errors exactly if it does not compile, each with a place in it, and what is left compiles', () => {
  fc.assert(
    fc.property(text, (written) => {
      const { errors, repaired } = errorsIn(written);
      expect(errors.length === 0).toBe(compiles(written));
      let last = 0;
      for (const { from, to } of errors) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(written.length);
        last = from;
      }
      if (repaired !== undefined) expect(compiles(repaired)).toBe(true);
    }),
  );
});

it('what looks like another language has a place in the text', () => {
  fc.assert(
    fc.property(text, (written) => {
      for (const { from, to, message } of otherLanguagesIn(written)) {
        expect(written.slice(from, to)).toMatch(/^\{[%#].*[%#]\}$/s);
        expect(message).toContain('as plain text');
      }
    }),
  );
});

function compiles(written: string): boolean {
  try {
    compile(written);
    return true;
  } catch {
    return false;
  }
}

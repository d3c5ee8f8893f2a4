import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, closures, compileWith, generated } from './compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from './errors.ts';
import { compileProgramWith } from './program/compile-program.ts';
import { linkChat, ProgramTooLargeError } from './program/link-chat.ts';
import type { ChatEntry } from './program/program.ts';
import type { JsonPieces } from './values/json-pieces.ts';

/** Halves of characters, what JSON escapes and what it does not. */
const character = fc.constantFrom(
  'a',
  ' ',
  '"',
  '\\',
  '\n',
  '\u0000',
  '\u001f',
  '\u007f',
  'é',
  '\u2028',
  '\uffff',
  '🙂',
  '\ud83d',
  '\ude42',
);
const short = fc.array(character, { maxLength: 4 }).map((characters) => characters.join(''));
/** Just below and beyond the lengths at which a text is handed on by itself, as a string and as bytes. */
const long = fc
  .tuple(fc.array(character, { minLength: 1, maxLength: 9 }), fc.constantFrom(500, 513, 3_000, 13_000))
  .map(([characters, units]) => characters.join('').repeat(units).slice(0, units));
const piece = fc.oneof(
  { weight: 3, arbitrary: long },
  { weight: 2, arbitrary: short },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '{{.a}}',
      '{{.b}}',
      '{{- .a -}}',
      '{{printf "%s%v" .b .l}}',
      '{{template "t" .b}}',
      '{{/* comment */}}',
      '{{slice .a 0 1}}',
      '{{slice .a 1}}',
      '{{"\\xf0\\x9f"}}',
      '{{.lost}}',
    ),
  },
);
const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const block = fc
  .tuple(
    fc.constantFrom(
      '',
      '{{range .l}}',
      '{{if .a}}',
      '{{with .b}}',
      '{{range .l}}{{if .}}{{continue}}{{end}}',
    ),
    text,
  )
  .map(([open, inner]) => (open === '' ? inner : `${open}${inner}{{end}}`));
const template = fc
  .tuple(fc.array(block, { minLength: 1, maxLength: 3 }), text)
  .map(
    ([blocks, defined]) =>
      `${blocks.join('')}{{define "t"}}${defined.replaceAll('{{template "t" .b}}', '')}{{end}}`,
  );
const variables = fc.record(
  { a: fc.oneof(short, long), b: short, l: fc.array(fc.oneof(short, fc.boolean()), { maxLength: 3 }) },
  { requiredKeys: ['a'] },
);
const options: fc.Arbitrary<CompileOptions> = fc.record(
  {
    maxOutputBytes: fc.integer({ min: 0, max: 20_000 }),
    maxSteps: fc.integer({ min: 0, max: 100 }),
    missingKey: fc.constantFrom('default', 'zero', 'error'),
  },
  { requiredKeys: [] },
);

const BACKENDS = [
  ['generated code', generated],
  ['closures', closures],
] as const;

/** The whole JSON; what it says of itself must be true. */
function joined(json: JsonPieces | undefined): string | undefined {
  if (json === undefined) return undefined;
  const pieces = json.pieces('<', '>');
  const whole = pieces
    .map((piece) => (typeof piece === 'string' ? piece : Buffer.from(piece).toString('utf8')))
    .join('')
    .slice(1, -1);
  expect(json.byteLength).toBe(Buffer.byteLength(whole));
  if (json.isAscii)
    for (const piece of pieces) expect(typeof piece === 'string' ? piece : '').toMatch(/^\p{ASCII}*$/u);
  return whole;
}

function outcome(render: () => string | undefined): string | undefined {
  try {
    return render();
  } catch (error) {
    if (error instanceof TemplateExecutionError) return `error ${error.message} ${error.limit}`;
    throw error;
  }
}

/** Undefined for what is no template. */
function compiledOr<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof TemplateSyntaxError || error instanceof ProgramTooLargeError) return undefined;
    throw error;
  }
}

describe.each(BACKENDS)('JSON in pieces by %s', (_name, backend) => {
  it('is the JSON of the whole text, whatever is cut where', () => {
    let inPieces = 0;
    fc.assert(
      fc.property(template, variables, options, (source, data, settings) => {
        const compiled = compiledOr(() => compileWith(backend, source, settings));
        if (compiled === undefined) return;
        const whole = outcome(() => JSON.stringify(compiled.render(data)));
        expect(outcome(() => joined(compiled.renderJson(data)))).toBe(whole);
        if (compiled.hasFixedTexts && whole?.startsWith('"') === true) inPieces += 1;
      }),
      { numRuns: 200 },
    );
    expect(inPieces).toBeGreaterThan(20);
  });

  it('is the JSON of the messages', () => {
    const author = fc.oneof(
      fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), template: block }),
      fc.record({
        role: fc.constantFrom('user'),
        parts: fc.array(
          fc.oneof(
            fc.record({ type: fc.constant('text' as const), template: block }),
            fc.record(
              {
                type: fc.constant('media' as const),
                url: fc.oneof(block, fc.constant('data:image/png;base64,{{.a}}')),
                media_type: fc.constant('image/"png'),
              },
              { requiredKeys: ['type', 'url'] },
            ),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      }),
      fc.constantFrom({ placeholder: 'history' }, { placeholder: 'other', required: true }),
    );
    const chat = fc.array(author, { minLength: 1, maxLength: 4 }) as fc.Arbitrary<ChatEntry[]>;
    const list = fc.array(fc.record({ role: short, content: fc.oneof(short, fc.constant(null)) }), {
      maxLength: 2,
    });
    let messages = 0;
    fc.assert(
      fc.property(chat, variables, list, list, options, (entries, data, history, other, settings) => {
        const program = compiledOr(() =>
          compileProgramWith(backend, linkChat(entries.map(withoutIncludes)), settings),
        );
        if (program === undefined) return;
        const given = { ...data, history, other };
        const whole = outcome(() => JSON.stringify(program.messages(given)));
        expect(outcome(() => joined(program.messagesJson(given)))).toBe(whole);
        expect(outcome(() => joined(program.renderJson(given)))).toBe(
          outcome(() => JSON.stringify(program.render(given))),
        );
        if (program.hasFixedTexts && whole?.startsWith('[') === true) messages += 1;
      }),
      { numRuns: 80 },
    );
    expect(messages).toBeGreaterThan(10);
  });

  it('knows nothing of messages in a text', () => {
    expect(compileProgramWith(backend, { template: 'x'.repeat(600) }).messagesJson({})).toBeUndefined();
  });

  it('shares the bytes of the longest texts between renders', () => {
    const compiled = compileWith(backend, `${'x"'.repeat(7_000)}{{.a}}`);
    const bytes = (a: string) =>
      compiled
        .renderJson({ a })
        .pieces('', '')
        .filter((piece) => typeof piece !== 'string');
    expect(bytes('1')).toHaveLength(1);
    expect(bytes('1')[0]).toBe(bytes('é')[0]);
    // Ill-formed: rendered as a whole.
    expect(bytes('\ud83d')).toEqual([]);
  });
});

function withoutIncludes(entry: ChatEntry): ChatEntry {
  return JSON.parse(JSON.stringify(entry).replaceAll('{{template \\"t\\" .b}}', ''));
}

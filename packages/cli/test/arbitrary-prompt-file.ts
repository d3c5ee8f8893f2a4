/** Arbitrary prompts with values that px0 accepts and a file could lose, in names, tags, payloads and templates. */
import fc from 'fast-check';
import { parseJson } from '../src/prompt-files/exact-numbers.ts';
import type { PromptFile } from '../src/prompt-files/prompt-file.ts';

/** Texts that resemble parts of the file format. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '---',
        '\n',
        '\r\n',
        '\r',
        '\u2028',
        '\u0085',
        '\ufeff',
        '\u007f',
        '# ',
        'a: b',
        '{{.name}}',
        ' ',
        '\t',
        '"',
        "'",
        '\\',
        'null',
        '7',
        '2024-01-01',
        '&a',
        '*a',
        '!b',
        '<<',
        '😀',
        '\u202e',
        '\u0001',
      ),
    )
    .map((parts) => parts.join('')),
);
const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toJSON',
    'rawJSON',
    '1',
    'null',
    '~',
    '<<',
    '',
    'k'.repeat(1_100),
  ),
  text,
);
/** One that may be saved: a team imports what is made of these. */
function assertion<T extends 'contains' | 'max_chars', V>(of: {
  readonly type: fc.Arbitrary<T>;
  readonly value: fc.Arbitrary<V>;
}) {
  return fc.record(
    { ...of, severity: fc.constant('warning'), message: fc.nat(3) },
    { requiredKeys: ['type', 'value'] },
  );
}

/** As digits, because a float would lose some of them. */
const number = fc.oneof(
  fc.constantFrom(
    '1e21',
    '-0',
    '12345678901234567890.5',
    '9007199254740993',
    '1e400',
    '0.1',
    '5e-324',
    '1E5',
  ),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    number,
    fc.constantFrom('null', 'true', 'false', '{}', '[]'),
    text.map((value) => JSON.stringify(value)),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc
      .uniqueArray(fc.tuple(key, tie('json')), { maxLength: 3, selector: ([name]) => name })
      .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`),
  ),
}));
const tag = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,4}$/),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '1',
    '-5',
    'null',
    'true',
    'yes',
    '2024-01-01',
    '1e3',
    '.5',
    '0x1F',
    '...',
    '---',
  ),
);

const about = {
  slug: fc.constantFrom('greeting', 'naïve_1'),
  name: text,
  description: text.filter((description) => description !== ''),
  status: fc.constantFrom('draft', 'stable', 'live'),
  tags: fc.uniqueArray(tag, { maxLength: 3 }),
  payloads: fc.array(
    fc.record(
      {
        name: fc.option(text),
        variables: json.map(parseJson),
        assertions: fc.array(
          fc.oneof(
            assertion({ type: fc.constant('contains'), value: text }),
            assertion({ type: fc.constant('max_chars'), value: fc.nat(8_388_608) }),
          ),
          { maxLength: 2 },
        ),
        snapshot: text,
      },
      { requiredKeys: ['name', 'variables'] },
    ),
    { maxLength: 3 },
  ),
};

/** What is not empty. */
const filled = text.filter((content) => content !== '');

export const promptFile: fc.Arbitrary<PromptFile> = fc.record({ ...about, template: filled });

/** Among them lines that begin something in the file's form. */
const line = fc.oneof(
  fc.constantFrom('system:', '\\user:', 'placeholder: h?', 'media: x', 'media (a/b): y', 'text:', '', '---'),
  text,
);
const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((all) => all.join('\n'));
const content = lines.filter((all) => all !== '');
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), template: content }),
  fc.record({ type: fc.constant('media'), url: content }),
  fc.record({ type: fc.constant('media'), url: content, media_type: fc.constant('image/png') }),
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), template: content }),
  fc.record({
    role: fc.constantFrom('user', 'assistant'),
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ placeholder: fc.constantFrom('history', '_1') }),
  fc.record({ placeholder: fc.constant('examples'), required: fc.constant(true) }),
);
const config = fc
  .uniqueArray(fc.tuple(key, json), { maxLength: 3, selector: ([name]) => name })
  .map((entries) =>
    parseJson(`{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`),
  )
  .map((value) => Object(value));

/** Chats, with notes, contracts, configurations and input schemas, in folders. */
export const chatFile: fc.Arbitrary<PromptFile> = fc.record({
  ...about,
  folder: fc.constantFrom('support', 'support/mail'),
  note: filled,
  contract: fc.constantFrom('off', 'warn', 'enforce'),
  config,
  input: fc.record({ schema: config }),
  messages: fc.array(message, { minLength: 1, maxLength: 5 }),
});

/** Contracts whose slugs, keys, values and descriptions try to be code. */
import fc, { type Arbitrary } from 'fast-check';
import type { PromptContract } from '../src/contract-types/shape.ts';

/** What ends a comment or a text, or says something to a compiler, in one of the languages. */
const piece = fc.constantFrom(
  ...[
    '*/',
    '/*',
    '//',
    "'",
    '"',
    '`',
    '"""',
    "'''",
    '\\',
    '\n',
    '\r',
    '\t',
    '\f',
    '\u0001',
    '\u007f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u202e',
    '\ufeff',
  ],
  ...[
    '#',
    '@ts-expect-error',
    '@ts-ignore',
    'type: ignore',
    '# type: int',
    'go:build ignore',
    '${',
    '}',
    '{',
    ',',
    '-',
    '_',
    ' ',
    '\\u',
    '\\x',
    '- ',
    '1. ',
  ],
  ...[
    'a',
    'B',
    'class',
    'Any',
    'str',
    'constructor',
    '__proto__',
    'MarshalJSON',
    'vars',
    '1',
    'é',
    'ß',
    'ﬁ',
    '日',
    '😀',
    '𝒜',
    '\u1100\u1161',
    '\u0345',
    'ǆ',
    '\u2e2f',
  ],
);
export const text = fc.oneof(
  { weight: 3, arbitrary: fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);
const key = fc.oneof(
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom('a', 'a_b', 'aB', 'a-b', 'role') },
);
const value = fc.oneof(
  text,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 2, 0.5, 1e21, -1e-7, {}, []),
  fc.dictionary(text, fc.constantFrom<unknown>(1, 'x', []), { maxKeys: 2, noNullPrototype: true }),
);
const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null');

function oneIn<Value>(times: number, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

function schemaOf(depth: number): Arbitrary<Record<string, unknown>> {
  const inside = depth === 0 ? fc.constant(undefined) : oneIn(2, schemaOf(depth - 1));
  return fc
    .record(
      {
        type: oneIn(2, fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 }))),
        enum: oneIn(5, fc.array(value, { minLength: 1, maxLength: 4 })),
        const: oneIn(9, value),
        properties:
          depth === 0
            ? fc.constant(undefined)
            : fc.dictionary(key, schemaOf(depth - 1), { maxKeys: 4, noNullPrototype: true }),
        required: oneIn(2, fc.uniqueArray(key, { maxLength: 3 })),
        additionalProperties: oneIn(3, fc.boolean()),
        items: inside,
        title: oneIn(4, text),
        description: oneIn(2, text),
        default: oneIn(4, value),
        examples: oneIn(4, fc.array(value, { maxLength: 12 })),
        deprecated: oneIn(4, fc.boolean()),
      },
      { noNullPrototype: true },
    )
    .map((keywords) => Object.fromEntries(Object.entries(keywords).filter(([, one]) => one !== undefined)));
}

const contract = fc.record<PromptContract>({
  // No slug holds more than letters, digits and `_`; but the file must not depend on that.
  slug: fc.oneof(
    text,
    fc.constantFrom(
      'a',
      'a_1',
      'a1',
      'a12',
      'a_variables',
      'delete',
      'class',
      'str',
      'annotations',
      'import',
    ),
  ),
  kind: fc.constantFrom('text', 'chat'),
  schema: schemaOf(3).map(({ enum: _enum, const: _const, ...schema }) => ({ ...schema, type: 'object' })),
  variables: fc.array(
    fc.record({
      path: fc.constantFrom('a', 'a_b', 'a[]', 'a.role'),
      shape: fc.constantFrom('scalar', 'list'),
    }),
    { maxLength: 2 },
  ),
});
export const contracts = fc.uniqueArray(contract, { maxLength: 6, selector: ({ slug }) => slug });

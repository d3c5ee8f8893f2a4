import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from '../exit-codes.ts';
import { documentOfFiles, filesOfDocument, pieces } from './document.ts';
import { formatPromptFile, hasImpreciseNumber, type PromptFile, parsePromptFile } from './prompt-file.ts';

/** Texts in which each part of the form could be mistaken for another. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '---',
        '\n',
        '\r\n',
        '# ',
        'a: b',
        '{{.name}}',
        ' ',
        '\t',
        '"',
        'null',
        '7',
        '&a',
        '*a',
      ),
    )
    .map((parts) => parts.join('')),
);
const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !hasImpreciseNumber(value));

const file: fc.Arbitrary<PromptFile> = fc.record({
  slug: fc.constantFrom('greeting', 'naïve_1'),
  name: text,
  description: text.filter((description) => description !== ''),
  status: fc.constantFrom('draft', 'stable', 'live'),
  tags: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9._-]{1,5}$/), { maxLength: 3 }),
  payloads: fc.array(fc.record({ name: fc.option(text), variables: json }), { maxLength: 3 }),
  template: text.filter((template) => template !== ''),
});

describe('a prompt file', () => {
  it('is read back as what was written, whatever it holds', () => {
    fc.assert(
      fc.property(file, (prompt) => {
        const read = parsePromptFile(prompt.slug, formatPromptFile(prompt));
        expect(JSON.stringify(read)).toBe(JSON.stringify({ ...read, ...prompt }));
        expect(formatPromptFile(read)).toBe(formatPromptFile(prompt));
      }),
    );
  });

  it.each([
    ' \n',
    '\t\n',
    'a\n  \nb',
    ' a\n b\n',
    '\n\n',
    'a \nb',
    '\r\n \r\n',
    '---\r\n \n{{.name}}------------{{.name}}',
  ])('keeps the blanks of the description %j', (description) => {
    const read = parsePromptFile(
      'a',
      formatPromptFile({
        slug: 'a',
        name: 'A',
        description,
        status: 'draft',
        tags: [],
        payloads: [],
        template: 'x',
      }),
    );
    expect(read.description).toBe(description);
  });

  it('goes into a document, and a document of a team comes back as files', () => {
    fc.assert(
      fc.property(file, (prompt) => {
        const document = Object(documentOfFiles([prompt]));
        // What an export adds: the status of the prompt.
        const exported = {
          ...document,
          prompts: document.prompts.map((one: object) => ({ ...one, status: 'active' })),
        };
        expect(filesOfDocument(exported)).toEqual([{ ...prompt, tags: prompt.tags.toSorted() }]);
      }),
    );
  });

  it.each([
    ['', 'does not begin with YAML'],
    ['Hello', 'does not begin with YAML'],
    ['---\nname: a\n---\n', 'has no template'],
    ['---\n---\ntext', 'its YAML'],
    ['---\nname: a\nstatus: alive\n---\ntext', 'status'],
    ['---\nname: a\ntag: prod\n---\ntext', 'Unrecognized key'],
    ['---\nname: a\nname: b\n---\ntext', 'line 3'],
    ['---\nname: &a b\ndescription: *a\n---\ntext', 'aliases'],
    ['---\nname: a\npayloads: [{variables: {id: 9007199254740993}}]\n---\ntext', 'beyond 2^53'],
  ])('%j is refused with a sentence', (given, message) => {
    expect(() => parsePromptFile('a', given)).toThrow(CliError);
    expect(() => parsePromptFile('a', given)).toThrow(message);
  });
});

describe('the export of a team', () => {
  const version = (number: number, status: string) => ({ number, status, template: `text ${number}` });
  const exported = (status: string, versions: object[], tags = {}) => ({
    prompts: [{ slug: 'a', name: 'A', description: '', status, versions, tags, payloads: [] }],
  });

  it('gives the live version, or else the newest that is not archived', () => {
    const versions = [version(1, 'stable'), version(2, 'live'), version(3, 'draft')];
    expect(filesOfDocument(exported('active', versions, { old: 1, prod: 2 }))).toMatchObject([
      { status: 'live', template: 'text 2', tags: ['prod'] },
    ]);
    const without = [version(1, 'stable'), version(2, 'draft'), version(3, 'archived')];
    expect(filesOfDocument(exported('active', without))).toMatchObject([
      { status: 'draft', template: 'text 2' },
    ]);
  });

  it('gives no file for an archived prompt, and none without a version', () => {
    expect(filesOfDocument(exported('archived', [version(1, 'live')]))).toEqual([]);
    expect(filesOfDocument(exported('active', [version(1, 'archived')]))).toEqual([]);
    expect(() => filesOfDocument({ prompts: 7 })).toThrow(CliError);
  });
});

describe('pieces for one import each', () => {
  it('hold every file once, in order, and no more bytes and parts than a request takes', () => {
    const sized = fc
      .tuple(file, fc.constantFrom(10, 100_000, 500_000), fc.nat(400))
      .map(([one, size, payloads]) => ({
        ...one,
        template: 'x'.repeat(size),
        payloads: Array.from({ length: payloads }, () => ({ name: null, variables: {} })),
      }));
    fc.assert(
      fc.property(fc.array(sized, { maxLength: 20 }), (files) => {
        const result = pieces(files);
        expect(result.flat()).toEqual(files);
        for (const piece of result.filter(({ length }) => length > 1)) {
          expect(Buffer.byteLength(JSON.stringify(piece))).toBeLessThan(4 * 1024 * 1024);
          const parts = piece.reduce((sum, one) => sum + 2 + one.tags.length + one.payloads.length, 0);
          expect(parts).toBeLessThanOrEqual(1_000);
        }
      }),
      { numRuns: 20 },
    );
  });
});

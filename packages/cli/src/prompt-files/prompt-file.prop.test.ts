import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatFile, promptFile as textFile } from '../../test/arbitrary-prompt-file.ts';
import { CliError } from '../exit-codes.ts';
import { decodeText } from '../text-input.ts';
import { documentOfFiles, filesOfDocument, pieces } from './document.ts';
import { formatPromptFile, type PromptFile, parsePromptFile, withoutConversion } from './prompt-file.ts';

const file = fc.oneof(textFile, chatFile);

/** How a file's bytes may change between a pull and a push. */
const ways = {
  unchanged: (bytes: Buffer) => bytes,
  'with line breaks that a checkout converted to CRLF': (bytes: Buffer) =>
    Buffer.from(bytes.toString('latin1').replace(/\n/g, '\r\n'), 'latin1'),
  'with a byte order mark that an editor added': (bytes: Buffer) =>
    Buffer.concat([Buffer.from('\ufeff'), bytes]),
};

/** A file does not say where it lies. */
function folderOf({ folder }: PromptFile): Pick<PromptFile, 'folder'> {
  return folder === undefined ? {} : { folder };
}

describe('a prompt file', () => {
  it.each(Object.entries(ways))('%s is read back as written', (_what, change) => {
    fc.assert(
      fc.property(file, (prompt) => {
        const written = formatPromptFile(prompt);
        const content = decodeText(change(Buffer.from(written)), 'a');
        const read = { ...parsePromptFile(prompt.slug, content), ...folderOf(prompt) };
        expect(JSON.stringify(documentOfFiles([read]))).toBe(JSON.stringify(documentOfFiles([prompt])));
        expect(formatPromptFile(read)).toBe(written);
      }),
    );
  });

  it('contains no carriage return and nothing invisible in its head, so that CRLF shows a conversion', () => {
    fc.assert(
      fc.property(file, (prompt) => {
        const written = formatPromptFile(prompt);
        expect(written).not.toContain('\r');
        expect(withoutConversion(written.replaceAll('\n', '\r\n'))).toBe(written);
        const [head = ''] = written.split('\n---\n');
        expect(head).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u);
      }),
    );
  });

  it('shows a template with carriage returns line by line', () => {
    const template = 'First {{.x}}\r\n  second "it"\r\n\tthird\rlast';
    const prompt: PromptFile = { slug: 'a', name: 'A', status: 'draft', tags: [], payloads: [], template };
    expect(formatPromptFile(prompt)).toBe(
      `---
name: A
status: draft
template: "First {{.x}}\\r\\n\\
  \\x20 second \\"it\\"\\r\\n\\
  \\tthird\\rlast"
---
`,
    );
  });

  it.each([
    ['text', 'text'],
    ['text\n', 'text'],
    ['text\r\n', 'text'],
    ['text\n\n', 'text\n'],
    ['text\r\n\n', 'text\r\n'],
    ['a\r\nb\rc\n', 'a\r\nb\rc'],
  ])('below a head that was not converted %j is the template %j', (below, template) => {
    expect(parsePromptFile('a', `---\nname: a\n---\n${below}`).template).toBe(template);
  });

  it.each([
    ['text\r\n', 'text'],
    ['a\r\nb\r\n\r\n', 'a\nb\n'],
    ['a\nb\rc', 'a\nb\rc'],
  ])('below a converted head %j is the template %j', (below, template) => {
    expect(parsePromptFile('a', `---\r\nname: a\r\n---\r\n${below}`).template).toBe(template);
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

  it('converts to a document, and a document of a team converts to files', () => {
    fc.assert(
      fc.property(file, (prompt) => {
        const document = Object(documentOfFiles([prompt]));
        // What an export adds: the status of the prompt.
        const exported = {
          ...document,
          prompts: document.prompts.map((one: object) => ({ ...one, status: 'active' })),
        };
        expect(filesOfDocument(exported).files).toEqual([{ ...prompt, tags: prompt.tags.toSorted() }]);
      }),
    );
  });

  it.each([
    ['---\nname: "a\\ud800"\n---\nx', 'line 2: contains half of a surrogate pair'],
    ['---\nname: a\ntemplate: "\\udc00"\n---\n', 'line 3: contains half of a surrogate pair'],
    [
      '---\nname: a\npayloads:\n  - variables: { "\\ud800": 1 }\n---\nx',
      'line 4: contains half of a surrogate pair',
    ],
    ['', 'does not start with YAML'],
    ['Hello', 'does not start with YAML'],
    ['---\nname: a\n---\n', 'has no template'],
    ['---\n---\ntext', 'its YAML'],
    ['---\nname: a\nstatus: alive\n---\ntext', 'status'],
    ['---\nname: a\ntag: prod\n---\ntext', 'Unrecognized key'],
    ['---\nname: a\nname: b\n---\ntext', 'line 3'],
    ['---\nname: &a b\ndescription: *a\n---\ntext', 'line 3: contains an alias'],
    ['---\nname: a\npayloads: [{variables: {id: 0x20000000000001}}]\n---\ntext', 'line 3: contains a number'],
    ['---\nname: a\npayloads: [{variables: {id: .inf}}]\n---\ntext', 'would not stay .inf'],
    ['---\nname: a\npayloads: [{variables: {? [b] : c}}]\n---\ntext', 'a key that is not a string'],
    ['---\nname: a\npayloads: [{variables: {1: a, "1": b}}]\n---\ntext', 'keys must be unique'],
    ['---\nname: a\npayloads: [{name: b}]\n---\ntext', 'payloads.0.variables: is missing'],
    ['---\nname: !!binary aGk=\n---\ntext', 'line 2: Unresolved tag'],
    ['---\nname: 7\n---\ntext', 'name: is not a string; put it in double quotes'],
    ['---\nstatus: live\n---\ntext', 'name: is missing'],
    ['---\nname: a\ntags: [2024]\n---\ntext', 'tags.0: is not a string'],
    ['---\nname: a\ntemplate: b\n---\ntext', 'another below it'],
    ['---\nname: a\nkind: chat\n---\n', 'has no messages'],
    ['---\nname: a\nkind: chat\n---\nHello\n', 'line 5: stands before the first message'],
    ['---\nname: a\nkind: chat\n---\nplaceholder: h\n\nHello\n', 'line 7: stands before the first message'],
    ['---\nname: a\nkind: talk\n---\nHello\n', 'kind: '],
    ['---\nname: a\nconfig: [1]\n---\nHello\n', 'config: is not a map of settings'],
    ['---\nname: a\nnote: 7\n---\nHello\n', 'note: is not a string'],
  ])('%j is refused with a message', (given, message) => {
    expect(() => parsePromptFile('a', given)).toThrow(CliError);
    expect(() => parsePromptFile('a', given)).toThrow(message);
  });

  it('of a chat reads as people write it', () => {
    const written = `---
name: Tutor
kind: chat
status: live
note: Kinder.
config:
  model: gpt-x
  temperature: 0.2
  seed: 12345678901234567890
---
system:
You are a tutor.

placeholder: history?

user:
{{.question}}
\\user:
media (image/png): {{.photo}}
`;
    const read = parsePromptFile('tutor', written);
    expect(read).toMatchObject({
      note: 'Kinder.',
      messages: [
        { role: 'system', template: 'You are a tutor.' },
        { placeholder: 'history' },
        {
          role: 'user',
          parts: [
            { type: 'text', template: '{{.question}}\nuser:' },
            { type: 'media', media_type: 'image/png', url: '{{.photo}}' },
          ],
        },
      ],
    });
    expect(JSON.stringify(read.config)).toBe(
      '{"model":"gpt-x","temperature":0.2,"seed":12345678901234567890}',
    );
    expect(formatPromptFile(read)).toBe(written);
  });

  it('without a kind is a text, whatever its lines are', () => {
    expect(parsePromptFile('a', '---\nname: a\n---\nuser:\nx\n').template).toBe('user:\nx');
    expect(documentOfFiles([parsePromptFile('a', '---\nname: a\n---\nuser:\nx\n')])).toEqual({
      kind: 'px0/prompts/v1',
      prompts: [
        {
          slug: 'a',
          name: 'a',
          versions: [{ number: 1, status: 'draft', template: 'user:\nx' }],
          tags: {},
          payloads: [],
        },
      ],
    });
  });

  it('with YAML that is nested too deeply is refused with a message', () => {
    const endless = `---\nname: a\npayloads: [{variables: ${'['.repeat(20_000)}}]\n---\ntext`;
    expect(() => parsePromptFile('a', endless)).toThrow('nested too deeply');
  });
});

describe('the export of a team', () => {
  const version = (number: number, status: string) => ({ number, status, template: `text ${number}` });
  const exported = (status: string, versions: object[], tags = {}) => ({
    prompts: [{ slug: 'a', name: 'A', description: '', status, versions, tags, payloads: [] }],
  });

  it('gives the live version, or else the newest that is not archived', () => {
    const versions = [version(1, 'stable'), version(2, 'live'), version(3, 'draft')];
    expect(filesOfDocument(exported('active', versions, { old: 1, prod: 2 })).files).toMatchObject([
      { status: 'live', template: 'text 2', tags: ['prod'] },
    ]);
    const without = [version(1, 'stable'), version(2, 'draft'), version(3, 'archived')];
    expect(filesOfDocument(exported('active', without)).files).toMatchObject([
      { status: 'draft', template: 'text 2' },
    ]);
  });

  it.each([
    '../x',
    '.git/hooks',
    'a/../b',
    'a\\b',
    'C:',
    'nul',
    'a.',
    '~a',
    'a\u202eb',
    'cafe\u0301',
    'a//b',
    ' a',
    'a/b.prompt.md',
  ])('gives no file for the folder %j, which cannot be one of files', (folder) => {
    const { prompts } = exported('active', [version(1, 'live')]);
    const { files, problems } = filesOfDocument({
      prompts: prompts.map((prompt) => ({ ...prompt, folder })),
    });
    expect(files).toEqual([]);
    expect(problems.get('a')).toBe(`its folder ${folder} cannot be a folder of files`);
  });

  it('gives no file for an archived prompt, and none without a version', () => {
    expect(filesOfDocument(exported('archived', [version(1, 'live')])).files).toEqual([]);
    expect(filesOfDocument(exported('active', [version(1, 'archived')])).files).toEqual([]);
    expect(() => filesOfDocument({ prompts: 7 })).toThrow(CliError);
  });
});

describe('pieces for one import each', () => {
  it('contain every file once, in order, and no more bytes and parts than a request accepts', () => {
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

/** Documents of the second kind: conversations, configurations, notes and folders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, refused } from './replies.ts';
import { type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await RunningRegistry.start();
});
afterAll(() => registry?.stop());

const importInto = (cast: Cast, body: unknown, query = '') =>
  registry.call(cast.admin, 'POST', `/v1/teams/${cast.teamId}/import${query}`, body);
const changesOf = ({ body }: Reply) =>
  z
    .object({
      changes: z.array(z.object({ action: z.string(), slug: z.string(), subject: z.string().nullable() })),
    })
    .parse(body)
    .changes.map(({ action, slug, subject }) =>
      [action, slug, subject].filter((part) => part !== null).join(' '),
    );
/** The answer as it came: numbers beyond a float would not survive JSON.parse. */
const exported = async (cast: Cast, query = '') => {
  const headers = { authorization: `Bearer ${cast.viewer.token}` };
  return (await fetch(`${registry.url}/v1/teams/${cast.teamId}/export${query}`, { headers })).text();
};
const posted = (cast: Cast, body: string) => {
  const headers = { authorization: `Bearer ${cast.admin.token}`, 'content-type': 'application/json' };
  return registry.send('POST', `/v1/teams/${cast.teamId}/import`, { headers, body });
};
const document = (...prompts: unknown[]) => ({ document: { kind: 'px0/prompts/v2', prompts } });
const messages = [
  { role: 'system', template: 'Be {{.mood}}.\n{{template "x" .}}' },
  { placeholder: 'history', required: true },
  {
    role: 'user',
    parts: [
      { type: 'text', template: '{{define "x"}},"required":false}{{end}}' },
      { type: 'media', url: '{{.photo}}', media_type: 'image/png' },
    ],
  },
];
const tutor = {
  slug: 'tutor',
  name: 'Tutor',
  description: '',
  folder: 'school/maths',
  status: 'active',
  versions: [
    { number: 1, status: 'stable', template: 'A text.' },
    { number: 2, status: 'stable', messages, note: 'The first talk.' },
    { number: 3, status: 'live', messages, config: { model: 'x', a: null, stop: ['\u2028'] }, note: 'Why.' },
    { number: 4, status: 'draft', template: 'a\u0001\u007f"\\\u00e9\u2028</b>\t', config: { z: 1, a: 2 } },
    { number: 5, status: 'draft', template: 'a\u0001\u007f"\\\u00e9\u2028</b>\t' },
  ],
  tags: { prod: 3 },
  payloads: [],
};

describe('a document with conversations', () => {
  it('comes back as it was imported, and a repetition changes nothing, as JSON and as YAML', async () => {
    const [source, target, yaml] = await Promise.all([registry.cast(), registry.cast(), registry.cast()]);
    const first = await importInto(source, document(tutor));
    expect(changesOf(first)).toEqual([
      'create_prompt tutor',
      'create_version tutor 1',
      'promote_version tutor 1',
      'create_version tutor 2',
      'promote_version tutor 2',
      'create_version tutor 3',
      'create_version tutor 4',
      'create_version tutor 5',
      'set_tag tutor prod',
      'promote_version tutor 3',
      'promote_version tutor 3',
    ]);
    const text = await exported(source);
    expect(JSON.parse(text)).toEqual(document(tutor));
    expect(changesOf(await posted(source, text))).toEqual([]);
    await posted(target, text);
    expect(await exported(target)).toBe(text);
    const asYaml = await exported(source, '?format=yaml');
    expect(changesOf(await posted(source, asYaml))).toEqual([]);
    await posted(yaml, asYaml);
    expect(await exported(yaml)).toBe(text);
  });

  it('keeps the digits and the order of a configuration, and tells by them what differs', async () => {
    const cast = await registry.cast();
    const withConfig = (config: string) =>
      `{"document":{"kind":"px0/prompts/v2","prompts":[{"slug":"a","name":"a","versions":[{"number":1,"template":"x","config":${config}}]}]}}`;
    await posted(cast, withConfig('{"z":12345678901234567890,"__proto__":1.50,"a":{"y":1,"b":2}}'));
    const text = await exported(cast);
    expect(text).toContain('"config":{"z":12345678901234567890,"__proto__":1.5,"a":{"y":1,"b":2}}');
    expect(changesOf(await posted(cast, text))).toEqual([]);
    const turned = withConfig('{"z":12345678901234567890,"__proto__":1.50,"a":{"b":2,"y":1}}');
    expect(changesOf(await posted(cast, turned))).toEqual(['create_version a 1']);
    expect(changesOf(await posted(cast, withConfig('{}')))).toEqual(['create_version a 1']);
    expect(changesOf(await posted(cast, withConfig('{}')))).toEqual([]);
  });

  it('goes by what versions hold: not by their notes, and a placeholder is optional by default', async () => {
    const cast = await registry.cast();
    const prompt = (placeholder: object, note?: string) => ({
      slug: 'a',
      name: 'a',
      versions: [{ number: 1, messages: [{ role: 'user', template: 'x' }, placeholder], note }],
    });
    await importInto(cast, document(prompt({ placeholder: 'h', required: false }, 'one')));
    expect(changesOf(await importInto(cast, document(prompt({ placeholder: 'h' }, 'two'))))).toEqual([]);
    const required = document(prompt({ placeholder: 'h', required: true }));
    expect(changesOf(await importInto(cast, required))).toEqual(['create_version a 1']);
    const text = JSON.stringify([{ role: 'user', template: 'x' }, { placeholder: 'h' }]);
    const forged = { slug: 'a', name: 'a', versions: [{ number: 1, template: `{"messages":${text}}` }] };
    expect(changesOf(await importInto(cast, document(forged)))).toEqual(['create_version a 1']);
  });

  it('is read in a worker thread when it is large', async () => {
    const cast = await registry.cast();
    const entries = Array.from({ length: 99 }, (_, index) => ({
      role: 'user',
      template: `${'x'.repeat(900)} {{.a${index}}}`,
    }));
    const config = { seed: 7, tools: [{ name: 'find', parameters: { type: 'object' } }] };
    const large = {
      ...tutor,
      versions: [{ number: 1, status: 'live', messages: entries, config }],
      tags: {},
      payloads: [{ name: null, variables: { id: 1.5 } }],
    };
    expect((await importInto(cast, document(large))).status).toBe(200);
    expect(JSON.parse(await exported(cast))).toEqual(document(large));
    expect(changesOf(await importInto(cast, document(large)))).toEqual([]);
  });
});

describe('the kind of an export', () => {
  const plain = {
    slug: 'plain',
    name: 'Plain',
    description: '',
    status: 'active',
    versions: [{ number: 1, status: 'live', template: 'x' }],
    tags: {},
    payloads: [],
  };
  const body = (version: object) => ({ ...plain, versions: [{ ...plain.versions[0], ...version }] });

  it('is the first one, byte for byte, for texts alone', async () => {
    const cast = await registry.cast();
    await importInto(cast, document(plain, { ...tutor, slug: 'other' }));
    const first = { document: { kind: 'px0/prompts/v1', prompts: [plain] } };
    expect(await exported(cast, '?slugs=plain')).toBe(JSON.stringify(first));
    expect(JSON.parse(await exported(cast))).toMatchObject({
      document: { kind: 'px0/prompts/v2', prompts: [{ slug: 'other' }, { slug: 'plain', folder: '' }] },
    });
  });

  it.each([
    ['a folder', { ...plain, folder: 'a' }],
    ['a configuration', body({ config: { model: 'x' } })],
    ['a note', body({ note: 'why' })],
    ['a conversation', body({ template: undefined, messages })],
  ])('is the second one for %s', async (_, prompt) => {
    const cast = await registry.cast();
    await importInto(cast, document(prompt));
    expect(JSON.parse(await exported(cast))).toEqual(
      document(JSON.parse(JSON.stringify({ ...prompt, folder: 'folder' in prompt ? prompt.folder : '' }))),
    );
  });
});

describe('an import of the second kind', () => {
  it('moves prompts between folders, where the document names one', async () => {
    const cast = await registry.cast();
    const prompt = { slug: 'a', name: 'a' };
    const set = async (folder?: string) =>
      changesOf(await importInto(cast, document({ ...prompt, folder }))).join();
    expect(await set('one')).toBe('create_prompt a');
    expect(await set('one/two')).toBe('set_folder a one/two');
    expect(await set()).toBe('');
    expect(await set('')).toBe('set_folder a ');
    expect(
      changesOf(await importInto(cast, { document: { kind: 'px0/prompts/v1', prompts: [prompt] } })),
    ).toEqual([]);
  });

  const version = (content: object) =>
    document({ slug: 'a', name: 'a', versions: [{ number: 1, ...content }] });
  const place = 'prompts.0.versions.0';

  it.each([
    [
      'a role',
      {
        messages: [
          { role: 'user', template: 'x' },
          { role: 'robot', template: 'x' },
        ],
      },
      `${place}.messages.1.role: must be system, user or assistant`,
    ],
    [
      'a type',
      { messages: [{ role: 'user', template: 7 }] },
      `${place}.messages.0.template: Invalid input: expected string, received number`,
    ],
    ['both', { messages, template: 'x' }, `${place}.messages: give either template or messages`],
    ['neither', { messages: [] }, `${place}.template: template is required`],
    [
      'a broken message',
      { messages: [{ role: 'user', template: '{{' }] },
      `${place}.messages: invalid template: template: message 0:1: unclosed action`,
    ],
    [
      'a broken text',
      { template: '{{' },
      `${place}.template: invalid template: template: :1: unclosed action`,
    ],
    [
      'a configuration',
      { template: 'x', config: { temperature: 'hot' } },
      `${place}.config.temperature: must be a number`,
    ],
    [
      'a list for a configuration',
      { template: 'x', config: [] },
      `${place}.config: Invalid input: expected an object`,
    ],
    [
      'a note',
      { template: 'x', note: 'x'.repeat(2_001) },
      `${place}.note: note must be at most 2000 characters`,
    ],
  ])('refuses %s with its place', async (_, content, detail) => {
    const cast = await registry.cast();
    expect(errorOf(await importInto(cast, version(content)))).toEqual(
      refused(400, `invalid document: ${detail}`),
    );
  });

  it('refuses a folder with its place, and an input schema', async () => {
    const cast = await registry.cast();
    const prompt = { slug: 'a', name: 'a' };
    expect(errorOf(await importInto(cast, document({ ...prompt, folder: '/a' })))).toEqual(
      refused(400, 'invalid document: prompts.0.folder: invalid folder'),
    );
    const schema = { properties: { name: { pattern: '^a' } } };
    expect(errorOf(await importInto(cast, version({ template: 'x', input_schema: schema })))).toEqual(
      refused(400, 'invalid document: prompts.0.versions.0.input_schema: name: pattern is not supported'),
    );
    expect((await importInto(cast, document({ ...prompt, contract: 'off' }))).status).toBe(200);
  });
});

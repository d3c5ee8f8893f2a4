import { normaliseSlug } from '@px0/contracts/slug';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await RunningRegistry.start();
});
afterAll(() => registry?.stop());

const importInto = (cast: Cast, body: unknown, query = '', by: Bearer = cast.admin) =>
  registry.call(by, 'POST', `/v1/teams/${cast.teamId}/import${query}`, body);
const changesOf = ({ body }: Reply) =>
  z
    .object({
      changes: z.array(z.object({ action: z.string(), slug: z.string(), subject: z.string().nullable() })),
    })
    .parse(body)
    .changes.map(({ action, slug, subject }) =>
      [action, slug, subject].filter((part) => part !== null).join(' '),
    );
const documentOf = async (cast: Cast, query = '') => {
  const { body } = await registry.call(cast.viewer, 'GET', `/v1/teams/${cast.teamId}/export${query}`);
  return z.object({ document: z.record(z.string(), z.unknown()) }).parse(body).document;
};
const document = (...prompts: unknown[]) => ({ document: { kind: 'px0/prompts/v1', prompts } });

const greeting = {
  slug: 'greeting',
  name: 'Greeting',
  description: 'Says hello.',
  status: 'active',
  versions: [
    { number: 1, status: 'stable', template: 'Hello' },
    { number: 2, status: 'archived', template: 'Bye' },
    { number: 3, status: 'live', template: 'Hello {{.name}}\nand  welcome\n' },
    { number: 4, status: 'draft', template: 'Hello' },
  ],
  tags: { prod: 3, old: 1 },
  payloads: [
    { name: 'ann', variables: { name: 'Ann', id: 7 } },
    { name: null, variables: [1.5, null, 'x'] },
  ],
};

describe('an export', () => {
  it('imported into another team gives the same export, and a repetition changes nothing', async () => {
    const [source, target] = await Promise.all([registry.cast(), registry.cast()]);
    const first = await importInto(
      source,
      document(greeting, { slug: 'empty', name: 'Empty', status: 'archived' }),
    );
    expect(changesOf(first)).toEqual([
      'create_prompt greeting',
      'create_payload greeting ann',
      'create_payload greeting',
      'create_version greeting 1',
      'promote_version greeting 1',
      'create_version greeting 2',
      'archive_version greeting 2',
      'create_version greeting 3',
      'create_version greeting 4',
      'set_tag greeting prod',
      'set_tag greeting old',
      'promote_version greeting 3',
      'promote_version greeting 3',
      'create_prompt empty',
      'archive_prompt empty',
    ]);
    const exported = await documentOf(source);
    expect(exported).toMatchObject({
      kind: 'px0/prompts/v1',
      prompts: [{ slug: 'empty', status: 'archived' }, greeting],
    });
    expect(changesOf(await importInto(source, { document: exported }))).toEqual([]);
    await importInto(target, { document: exported });
    expect(await documentOf(target)).toEqual(exported);
    expect(await documentOf(source, '?slugs=%20empty%20,nope')).toMatchObject({
      prompts: [{ slug: 'empty' }],
    });
  });

  it('as YAML is the same document', async () => {
    const [source, target] = await Promise.all([registry.cast(), registry.cast()]);
    await importInto(
      source,
      document({
        ...greeting,
        payloads: [{ name: 'yes', variables: { no: 'no', n: '1', on: true, t: '12:30' } }],
      }),
    );
    const { body } = await registry.call(
      source.viewer,
      'GET',
      `/v1/teams/${source.teamId}/export?format=yaml`,
    );
    const { yaml } = z.object({ yaml: z.string() }).parse(body);
    expect(yaml).toContain('slug: greeting');
    expect((await importInto(target, { yaml })).status).toBe(200);
    expect(await documentOf(target)).toEqual(await documentOf(source));
    expect(changesOf(await importInto(source, { yaml }))).toEqual([]);
  });

  it('keeps every digit of a payload’s numbers, in JSON and in YAML', async () => {
    const cast = await registry.cast();
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    const headers = { authorization: `Bearer ${cast.admin.token}`, 'content-type': 'application/json' };
    await registry.send('POST', `/v1/prompts/${id}/payloads`, {
      headers,
      body: '{"variables":{"id":12345678901234567890}}',
    });
    for (const format of ['json', 'yaml']) {
      const path = `${registry.url}/v1/teams/${cast.teamId}`;
      const text = await (await fetch(`${path}/export?format=${format}`, { headers })).text();
      expect(text).toContain('12345678901234567890');
      const again = await fetch(`${path}/import`, { method: 'POST', headers, body: text });
      expect(await again.json()).toEqual({ dry_run: false, changes: [] });
    }
  });
});

describe('names that JavaScript’s own objects have', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  /** As JSON text, since an object literal takes `__proto__` for something else. */
  const own = (value: unknown) =>
    names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join();
  const body = `{"document":{"kind":"px0/prompts/v1","prompts":[${names
    .map(
      (
        name,
        index,
      ) => `{"slug":${JSON.stringify(normaliseSlug(name))},"name":"${name}","description":"${name}",
        "status":"active","versions":[{"number":1,"status":"live","template":"{{.${name}}} ${index}"}],
        "tags":{${own(1)}},"payloads":[{"name":"${name}","variables":{${own('x')},"deep":{${own([1, null])}}}}]}`,
    )
    .join()}]}}`;
  const headersOf = (cast: Cast) => ({
    authorization: `Bearer ${cast.admin.token}`,
    'content-type': 'application/json',
  });
  const post = (cast: Cast, text: string) =>
    registry.send('POST', `/v1/teams/${cast.teamId}/import`, { headers: headersOf(cast), body: text });
  const exported = async (cast: Cast, format: string) => {
    const path = `${registry.url}/v1/teams/${cast.teamId}/export?format=${format}`;
    return (await fetch(path, { headers: headersOf(cast) })).text();
  };

  it.each(['json', 'yaml'])('come back whole from export, import, export as %s', async (format) => {
    const [source, target] = await Promise.all([registry.cast(), registry.cast()]);
    expect(changesOf(await post(source, body)).filter((line) => line.startsWith('set_tag'))).toHaveLength(25);
    const first = await exported(source, format);
    expect(changesOf(await post(source, first))).toEqual([]);
    expect((await post(target, first)).status).toBe(200);
    expect(await exported(target, format)).toBe(first);
    const json = await exported(target, 'json');
    for (const name of names)
      for (const value of ['1', '"x"', '[1,null]']) expect(json).toContain(`"${name}":${value}`);
  });
});

describe('the switch of a trial', () => {
  it.each(['dry_run=True', 'dry_run=t', 'dry_run=1'])('is understood: %s', async (query) => {
    const cast = await registry.cast();
    expect((await importInto(cast, document(greeting), `?${query}`)).body).toMatchObject({ dry_run: true });
    expect(await documentOf(cast)).toMatchObject({ prompts: [] });
  });

  it('that is not understood, repeated or misspelt imports nothing', async () => {
    const cast = await registry.cast();
    for (const query of [
      'dry_run=yes',
      'dry_run=',
      'dry_run=true&dry_run=false',
      'dry_run[]=1',
      'dryRun=true',
    ])
      expect(errorOf(await importInto(cast, document(greeting), `?${query}`))).toEqual(
        refused(400, 'invalid dry_run, must be true or false'),
      );
    expect(await documentOf(cast)).toMatchObject({ prompts: [] });
    expect((await importInto(cast, document(greeting), '?dry_run=F')).body).toMatchObject({ dry_run: false });
  });
});

describe('an export', () => {
  it('in a format that is not known is refused', async () => {
    const cast = await registry.cast();
    for (const format of ['YAML', 'csv', ''])
      expect(
        errorOf(await registry.call(cast.viewer, 'GET', `/v1/teams/${cast.teamId}/export?format=${format}`)),
      ).toEqual(refused(400, 'invalid format, must be json or yaml'));
  });

  it('of a list that names no prompt holds none', async () => {
    const cast = await registry.cast();
    await importInto(cast, document(greeting));
    expect(await documentOf(cast, '?slugs=%20,%20')).toMatchObject({ prompts: [] });
    expect(await documentOf(cast, '?slugs=')).toMatchObject({ prompts: [{ slug: 'greeting' }] });
  });

  it('keeps a tag of dots that was set before they were refused, and an import says where it is', async () => {
    const [source, target] = await Promise.all([registry.cast(), registry.cast()]);
    await importInto(source, document(greeting));
    await registry.pool.query(
      `insert into prompt_tags (prompt_id, tag, version)
       select p.id, t.tag, 1 from prompts p, unnest(array['.', '..']) t (tag) where p.team_id = $1`,
      [source.teamId],
    );
    const exported = await documentOf(source);
    expect(exported).toMatchObject({ prompts: [{ tags: { '.': 1, '..': 1 } }] });
    expect(changesOf(await importInto(source, { document: exported }))).toEqual([]);
    expect(errorOf(await importInto(target, { document: exported }))).toEqual(
      refused(
        400,
        'invalid document: prompts.0.tags: invalid tag format: must be 1-50 characters containing only letters, numbers, dashes, underscores, and dots',
      ),
    );
    expect(await documentOf(target)).toMatchObject({ prompts: [] });
  });
});

describe('an import', () => {
  it('as a dry run says the same and does nothing', async () => {
    const cast = await registry.cast();
    const dry = await importInto(cast, document(greeting), '?dry_run=true');
    expect(await documentOf(cast)).toMatchObject({ prompts: [] });
    const real = await importInto(cast, document(greeting));
    expect(changesOf(real)).toEqual(changesOf(dry));
    expect([dry.body, real.body]).toMatchObject([{ dry_run: true }, { dry_run: false }]);
  });

  it('adds what differs and removes nothing', async () => {
    const cast = await registry.cast();
    await importInto(cast, document(greeting));
    const changed = {
      ...greeting,
      description: 'Says hello, kindly.',
      status: 'archived',
      versions: [
        { number: 1, status: 'stable', template: 'Hello' },
        { number: 9, status: 'live', template: 'Kindly' },
      ],
      tags: { prod: 9 },
      payloads: [{ name: 'ann', variables: { name: 'Anna' } }],
    };
    const { id } = z
      .object({ prompt: z.object({ id: z.string() }) })
      .parse((await registry.call(cast.editor, 'GET', '/v1/prompts/greeting')).body).prompt;
    const changes = changesOf(await importInto(cast, document(changed)));
    expect(
      changes.map((line) => line.replace(/update_payload greeting .*/, 'update_payload greeting')),
    ).toEqual([
      'update_description greeting',
      'update_payload greeting',
      'create_version greeting 9',
      'set_tag greeting prod',
      'promote_version greeting 9',
      'promote_version greeting 9',
      'archive_prompt greeting',
    ]);
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/versions`);
    expect(body).toMatchObject({
      versions: [
        { version: 5, status: 'live', tags: ['prod'] },
        { version: 4, status: 'draft' },
        { version: 3, status: 'stable', tags: [] },
        { version: 2, status: 'archived' },
        { version: 1, status: 'stable', tags: ['old'] },
      ],
    });
    expect(changesOf(await importInto(cast, document(changed)))).toEqual([]);
  });

  it('needs the administrator’s right to archive', async () => {
    const cast = await registry.cast();
    const body = document({ slug: 'x', name: 'x', status: 'archived' });
    expect(errorOf(await importInto(cast, body, '', cast.editor))).toEqual(refused(403, 'forbidden'));
    expect((await importInto(cast, body)).status).toBe(200);
  });

  it.each([
    ['nothing', {}, 'Invalid input: expected object, received undefined'],
    ['another kind', { document: { kind: 'x', prompts: [] } }, /^kind: /],
    [
      'a slug in another form',
      document({ slug: 'Not Normal', name: 'x' }),
      'prompts.0.slug: is not normalised',
    ],
    [
      'a slug twice',
      document({ slug: 'x', name: 'x' }, { slug: 'x', name: 'y' }),
      'prompts.1.slug: occurs twice',
    ],
    [
      'a name twice',
      document({ slug: 'x', name: 'x' }, { slug: 'y', name: 'x' }),
      'prompts.1.name: occurs twice',
    ],
    ['no name', document({ slug: 'x', name: ' ' }), 'prompts.0: name is required'],
    [
      'a broken template',
      document({ slug: 'x', name: 'x', versions: [{ number: 1, template: '{{' }] }),
      'prompts.0.versions.0.template: invalid template: template: :1: unclosed action',
    ],
    [
      'two live versions',
      document({
        slug: 'x',
        name: 'x',
        versions: [1, 2].map((number) => ({ number, status: 'live', template: 'x' })),
      }),
      'prompts.0.versions: have more than one live',
    ],
    [
      'a tag of no version',
      document({ slug: 'x', name: 'x', tags: { a: 1 } }),
      'prompts.0.tags.a: names no version of the document',
    ],
    [
      'a payload without variables',
      document({ slug: 'x', name: 'x', payloads: [{}] }),
      /^prompts.0.payloads.0.variables: /,
    ],
    [
      'more than a request can do',
      document({
        slug: 'x',
        name: 'x',
        versions: Array.from({ length: 1_000 }, (_, index) => ({ number: index + 1, template: 'x' })),
      }),
      'prompts: hold more than 1000 prompts, versions, tags and payloads',
    ],
    ['broken YAML', { yaml: 'a: [' }, /^line \d+ is no YAML/],
    ['YAML with aliases', { yaml: 'a: &a [1]\nb: *a' }, /YAML/],
  ])('with %s is refused with its place', async (_, body, detail) => {
    const cast = await registry.cast();
    const reply = await importInto(cast, body);
    const error =
      typeof detail === 'string'
        ? `invalid document: ${detail}`
        : expect.stringMatching(/^invalid document: /);
    expect(errorOf(reply)).toEqual({ status: 400, body: { error } });
    if (detail instanceof RegExp)
      expect(JSON.stringify(reply.body)).toMatch(new RegExp(detail.source.replace('^', '')));
  });

  it('that pairs a name with another slug is a conflict', async () => {
    const cast = await registry.cast();
    await registry.prompts.create(cast.editor, cast.teamId, { name: 'Taken' });
    for (const prompt of [
      { slug: 'other', name: 'Taken' },
      { slug: 'taken', name: 'Other' },
    ]) {
      expect(errorOf(await importInto(cast, document(prompt)))).toEqual(
        refused(409, 'document conflicts with the team: prompts.0: the team has taken with the name Taken'),
      );
    }
  });
});

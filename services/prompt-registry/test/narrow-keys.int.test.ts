/** Keys with limits, against the whole of what is there: what they see, what they may change, and that no operation says more. */
import { randomUUID } from 'node:crypto';
import { narrowKeys } from '@px0/access';
import { type RouteDefinition, routes } from '@px0/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
/** Version 4 is live; `prod` is 3, `dev` is 2, `both` is 4, and version 1 has no ref. */
let billing: string;
let hidden: string;
const keys = new Map<string, Bearer>();
const HIDDEN = 'secret_greeting';

const limitsByName = {
  slugs: { slugs: ['billing_*'] },
  refs: { refs: { live: true, tags: ['pro*'] } },
  tagged: { slugs: ['billing_*'], refs: { live: false, tags: ['prod', 'stag*'] } },
};

async function fill(slug: string): Promise<string> {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId, { slug, name: `Name of ${slug}` });
  for (const number of [1, 2, 3, 4])
    await registry.prompts.createVersion(cast.editor, id, `${slug} ${number}`);
  for (const number of [1, 3, 4]) await registry.prompts.promote(cast.editor, id, number);
  await registry.prompts.promote(cast.editor, id, 4);
  for (const [tag, number] of Object.entries({ prod: 3, dev: 2, both: 4 }))
    await registry.prompts.tag(cast.editor, id, number, tag);
  await registry.prompts.createPayload(cast.editor, id, { name: `payload of ${slug}`, variables: {} });
  return id;
}

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  const scope = { kind: 'teams' as const, team_ids: [cast.teamId] };
  for (const [name, limits] of Object.entries(limitsByName))
    keys.set(name, await registry.identity.createNarrowKey(cast.orgId, limits, { operation: 'all', scope }));
  billing = await fill('billing_reply');
  hidden = await fill(HIDDEN);
});
afterAll(() => registry?.stop());

function key(name: keyof typeof limitsByName): Bearer {
  const found = keys.get(name);
  if (found === undefined) throw new Error(`no key ${name}`);
  return found;
}

const ask = (by: Bearer, method: string, path: string, body?: unknown): Promise<Reply> =>
  registry.call(by, method, `/v1/prompts/${path}`, body);
const inTeam = (by: Bearer, path: string): Promise<Reply> =>
  registry.call(by, 'GET', `/v1/teams/${cast.teamId}/${path}`);
const forbidden = refused(403, 'forbidden');
const noVersion = refused(404, 'version not found');

describe('a prompt outside of the slugs', () => {
  const onPrompts = Object.values<RouteDefinition>(routes).filter(
    ({ owner, auth, path }) =>
      owner === 'prompt-registry' && auth === 'content' && path.startsWith('/v1/prompts/{id}'),
  );

  it.each(onPrompts.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'does not exist for %s',
    async (_, { method, path }) => {
      const pathOf = (id: string) =>
        path
          .replace('{id}', id)
          .replace('{version}', '1')
          .replace('{tag}', 'prod')
          .replace('{payloadID}', randomUUID())
          .concat(path.endsWith('/diff') ? '?from=1&to=2' : '');
      const body = method === 'GET' || method === 'DELETE' ? undefined : { team_id: cast.teamId };
      const call = async (id: string) => errorOf(await registry.call(key('slugs'), method, pathOf(id), body));
      const answer = await call(hidden);
      expect(answer).toEqual(await call(randomUUID()));
      expect(answer.status).toBe(404);
    },
  );

  const ofTeams = Object.values<RouteDefinition>(routes).filter(
    ({ owner, auth, method, path }) =>
      owner === 'prompt-registry' && auth === 'content' && method === 'GET' && path.includes('{teamID}'),
  );

  it.each(ofTeams)('is absent from $path', async ({ operationId, path }) => {
    const reply = await registry.call(key('slugs'), 'GET', path.replace('{teamID}', cast.teamId));
    expect(reply.status).toBe(operationId in narrowKeys ? 200 : 403);
    expect(JSON.stringify(reply.body)).not.toContain(HIDDEN);
    expect(JSON.stringify(reply.body)).not.toContain(hidden);
  });

  it('is absent from lists and pages, and what is there is what a key without limits gets', async () => {
    const list = async (by: Bearer, query = '') => {
      const { body } = await inTeam(by, `prompts?include=summary&limit=1${query}`);
      return body as { prompts: { id: string }[]; next_cursor?: string };
    };
    const narrow = await list(key('slugs'));
    expect(narrow.prompts.map(({ id }) => id)).toEqual([billing]);
    expect(narrow.next_cursor).toBeUndefined();
    const wide = (await inTeam(cast.allKey, 'prompts?include=summary')).body as { prompts: { id: string }[] };
    expect(narrow.prompts[0]).toEqual(wide.prompts.find(({ id }) => id === billing));
    expect((await list(key('slugs'), `&q=secret`)).prompts).toEqual([]);
    expect(errorOf(await ask(key('slugs'), 'GET', HIDDEN))).toEqual(refused(404, 'prompt not found'));
    for (const [by, hint] of [
      [key('slugs'), 'key-limit=teams,slugs'],
      [cast.allKey, `did-you-mean=${HIDDEN}`],
    ] as const) {
      expect((await ask(by, 'GET', HIDDEN.toUpperCase())).headers.get('px0-hint')).toBe(hint);
    }
    expect((await ask(key('slugs'), 'GET', 'billing_reply?version=1')).body).toEqual(
      (await ask(cast.allKey, 'GET', 'billing_reply?version=1')).body,
    );
  });

  it('is not exported, imported or created', async () => {
    const exported = async (by: Bearer, query = '') =>
      (await inTeam(by, `export${query}`)).body as { document: { prompts: { slug: string }[] } };
    const narrow = await exported(key('slugs'));
    const wide = await exported(cast.allKey);
    expect(narrow.document.prompts).toEqual(
      wide.document.prompts.filter(({ slug }) => slug === 'billing_reply'),
    );
    expect((await exported(key('slugs'), `?slugs=${HIDDEN}`)).document.prompts).toEqual([]);

    const document = (slug: string, name: string) => ({
      document: { kind: 'px0/prompts/v1', prompts: [{ slug, name }] },
    });
    const imports = async (body: object) =>
      errorOf(await registry.call(key('slugs'), 'POST', `/v1/teams/${cast.teamId}/import`, body));
    expect(await imports(document(HIDDEN, 'Another'))).toEqual(forbidden);
    expect(await imports(document('billing_x', `Name of ${HIDDEN}`))).toEqual(
      refused(409, 'prompt with this name or slug already exists; please provide a unique name'),
    );
    const preview = (by: Bearer, body: object) =>
      registry.call(by, 'POST', `/v1/teams/${cast.teamId}/import/preview`, body);
    expect(errorOf(await preview(key('slugs'), document(HIDDEN, 'Another')))).toEqual(forbidden);
    expect((await preview(key('slugs'), document('billing_x', `Name of ${HIDDEN}`))).body).toMatchObject({
      changes: [],
      invalid: [
        {
          slug: 'billing_x',
          error: 'prompt with this name or slug already exists; please provide a unique name',
        },
      ],
    });
    // It compares with whatever version is live.
    for (const by of [key('refs'), key('tagged')])
      expect(errorOf(await preview(by, document('billing_x', 'New')))).toEqual(forbidden);
    const create = async (body: object) =>
      errorOf(await registry.call(key('slugs'), 'POST', `/v1/teams/${cast.teamId}/prompts`, body));
    expect(await create({ name: 'Billing other', slug: 'other' })).toEqual(forbidden);
    expect(await create({ name: '' })).toEqual(refused(400, 'name is required'));
    expect((await create({ name: 'Billing new', slug: 'billing_new' })).status).toBe(201);
  });
});

describe('versions that no ref points to', () => {
  it('are read by nobody whose key is limited to refs', async () => {
    const read = (ref: string, by: Bearer) => ask(by, 'GET', `${billing}/versions/${ref}`);
    for (const ref of ['3', 'prod', '4'])
      expect((await read(ref, key('refs'))).body).toEqual((await read(ref, cast.allKey)).body);
    for (const ref of ['1', '2', 'dev', 'both', '9', 'none'])
      expect(errorOf(await read(ref, key('refs')))).toEqual(noVersion);
    expect((await read('3', key('tagged'))).status).toBe(200);
    for (const ref of ['4', 'both']) expect(errorOf(await read(ref, key('tagged')))).toEqual(noVersion);

    const wanted = async (query: string) => errorOf(await ask(key('refs'), 'GET', `${billing}?${query}`));
    expect((await wanted('version=3')).status).toBe(200);
    for (const query of ['version=1', 'version=dev', 'tag=dev'])
      expect(await wanted(query)).toEqual(noVersion);

    const diff = async (from: number, to: number) =>
      errorOf(await ask(key('refs'), 'GET', `${billing}/versions/diff?from=${from}&to=${to}`));
    expect((await diff(3, 4)).status).toBe(200);
    expect(await diff(2, 4)).toEqual(refused(404, 'from version not found'));
    expect(await diff(4, 2)).toEqual(refused(404, 'to version not found'));
    const check = (number: number, by: Bearer) => ask(by, 'POST', `${billing}/versions/${number}/check`);
    expect(errorOf(await check(2, key('refs')))).toEqual(noVersion);
    expect((await check(3, key('refs'))).body).toEqual((await check(3, cast.allKey)).body);
    expect((await check(3, key('tagged'))).body).toMatchObject({ check: { live_version: null } });
    expect(errorOf(await ask(key('refs'), 'POST', `${billing}/versions/2/duplicate`))).toEqual(noVersion);
  });

  it('are in no list, summary or export', async () => {
    const versions = async (by: Bearer, query = '') => {
      const { body } = await ask(by, 'GET', `${billing}/versions${query}`);
      return (body as { versions: { version: number }[] }).versions.map(({ version }) => version);
    };
    expect(await versions(key('refs'))).toEqual([4, 3]);
    expect(await versions(key('refs'), '?limit=1')).toEqual([4]);
    expect(await versions(key('tagged'))).toEqual([3]);
    expect((await ask(key('tagged'), 'GET', `${billing}/tags`)).body).toEqual({
      tags: [{ tag: 'prod', version: 3 }],
    });
    const { body } = await inTeam(key('tagged'), 'prompts?include=summary');
    expect((body as { prompts: object[] }).prompts).toContainEqual(
      expect.objectContaining({
        id: billing,
        summary: {
          ...{ live_version: null, live_tags: [], tags: [{ tag: 'prod', version: 3 }], draft_version: null },
          ...{ versions: 1, kind: 'text', usage: null, last_change: null },
        },
      }),
    );
    const exported = await inTeam(key('tagged'), 'export?slugs=billing_reply');
    expect(exported.body).toMatchObject({
      document: { prompts: [{ versions: [{ number: 3 }], tags: { prod: 3 } }] },
    });
    expect(JSON.stringify(exported.body)).not.toContain('billing_reply 4');
    expect((await inTeam(key('tagged'), 'tags')).body).toEqual({ tags: [{ tag: 'prod', prompts: 1 }] });
    for (const path of [
      'prompts?q=reply&in=content',
      'prompts?sort=-changed_at',
      'prompts/audit',
      'services',
      'usage',
    ])
      expect(errorOf(await inTeam(key('refs'), path))).toEqual(forbidden);
  });
});

describe('what a key changes', () => {
  const by = () => key('tagged');

  it('is a tag that it sees, and the version that it makes', async () => {
    const created = versionOf(await ask(by(), 'POST', `${billing}/versions`, { template: 'new' }));
    const path = `${billing}/versions/${created.version}`;
    expect(errorOf(await ask(by(), 'GET', path))).toEqual(noVersion);
    expect((await ask(by(), 'PUT', path, { template: 'newer' })).status).toBe(200);
    for (const tag of ['dev', 'production'])
      expect(errorOf(await ask(by(), 'POST', `${path}/tags`, { tag }))).toEqual(forbidden);
    expect((await ask(by(), 'POST', `${path}/tags`, { tag: 'staging' })).status).toBe(200);
    expect(versionOf(await ask(by(), 'GET', path)).template).toBe('newer');
    expect(errorOf(await ask(by(), 'DELETE', `${billing}/tags/dev`))).toEqual(forbidden);
    expect((await ask(by(), 'DELETE', `${billing}/tags/staging`)).status).toBe(204);
    expect(errorOf(await ask(by(), 'POST', `${billing}/versions/dev/promote`))).toEqual(noVersion);
    expect((await ask(by(), 'POST', `${path}/promote`)).status).toBe(200);
  });

  it('is not what is live, a draft that others get by a tag, or a prompt with all its versions', async () => {
    for (const step of ['demote', 'archive'])
      expect(errorOf(await ask(by(), 'POST', `${billing}/versions/4/${step}`))).toEqual(forbidden);
    for (const query of ['', '?require=payloads'])
      expect(errorOf(await ask(by(), 'POST', `${billing}/versions/3/promote${query}`))).toEqual(forbidden);
    const draft = `${billing}/versions/2`;
    expect(errorOf(await ask(by(), 'PUT', draft, { template: 'x' }))).toEqual(forbidden);
    expect(errorOf(await ask(by(), 'DELETE', draft))).toEqual(forbidden);
    for (const step of ['archive', 'restore'])
      expect(errorOf(await ask(by(), 'POST', `${billing}/${step}`))).toEqual(forbidden);
    expect(errorOf(await ask(by(), 'POST', `${billing}/move`, { team_id: cast.teamId }))).toEqual(forbidden);
    expect(errorOf(await ask(by(), 'PATCH', billing, { contract: 'enforce' }))).toEqual(forbidden);
    expect((await ask(by(), 'PATCH', billing, { description: 'x' })).status).toBe(200);
    const tags = (tag: string, status: string) => ({
      document: {
        kind: 'px0/prompts/v1',
        prompts: [
          {
            slug: 'billing_reply',
            name: 'Name of billing_reply',
            versions: [{ number: 1, status, template: 'imported' }],
            tags: { [tag]: 1 },
          },
        ],
      },
    });
    const imports = async (body: object) =>
      errorOf(await registry.call(by(), 'POST', `/v1/teams/${cast.teamId}/import`, body));
    expect(await imports(tags('dev', 'draft'))).toEqual(forbidden);
    expect(await imports(tags('staging', 'live'))).toEqual(forbidden);
    expect((await imports(tags('staging', 'draft'))).status).toBe(200);
    // With live, the same key may.
    expect((await ask(key('refs'), 'POST', `${billing}/versions/3/promote`)).status).toBe(200);
  });

  it('is no folder, which holds prompts that it does not see', async () => {
    const move = await registry.call(key('slugs'), 'POST', `/v1/teams/${cast.teamId}/folders/move`, {
      from: 'a',
      to: 'b',
    });
    expect(errorOf(move)).toEqual(forbidden);
  });
});

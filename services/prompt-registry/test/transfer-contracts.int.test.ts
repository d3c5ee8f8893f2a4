/** Documents with input schemas and contracts, imports that would break what callers send, and previews of imports. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await RunningRegistry.start();
});
afterAll(() => registry?.stop());

const importInto = (cast: Cast, body: unknown, query = '') =>
  registry.call(cast.editor, 'POST', `/v1/teams/${cast.teamId}/import${query}`, body);
const exportOf = async (cast: Cast) =>
  (await registry.call(cast.viewer, 'GET', `/v1/teams/${cast.teamId}/export`)).body;
const document = (...prompts: unknown[]) => ({ document: { kind: 'px0/prompts/v2', prompts } });
const one = (template: string, more: object = {}) => ({
  slug: 'a',
  name: 'a',
  versions: [{ number: 1, status: 'live', template }],
  ...more,
});

it('come back as they were, with the order of keys', async () => {
  const cast = await registry.cast();
  const schema = { 'x-z': 1, properties: { b: {}, a: { type: 'string' } }, required: ['a'] };
  const prompt = {
    ...{ slug: 'a', name: 'a', description: '', folder: '', contract: 'enforce', status: 'active' },
    versions: [
      { number: 1, status: 'live', template: '{{.b}}', input_schema: schema },
      { number: 2, status: 'draft', template: '{{.b}}' },
    ],
    ...{ tags: {}, payloads: [] },
  };
  expect((await importInto(cast, document(prompt))).status).toBe(200);
  expect(JSON.stringify(await exportOf(cast))).toBe(JSON.stringify(document(prompt)));
  expect((await importInto(cast, document(prompt))).body).toEqual({ dry_run: false, changes: [] });
  const other = { ...prompt, versions: [{ number: 1, template: '{{.b}}', input_schema: { title: 't' } }] };
  expect((await importInto(cast, document(other))).body).toMatchObject({
    changes: [{ action: 'create_version', subject: '1' }],
  });
});

it('leave a contract as it is where they do not say, and set it before what it judges', async () => {
  const cast = await registry.cast();
  await importInto(cast, document(one('{{.a}}', { contract: 'warn' })));
  expect((await importInto(cast, document(one('{{.a}}')))).body).toMatchObject({ changes: [] });
  const breaking = document(one('{{.a}}{{.b}}', { contract: 'off' }));
  expect((await importInto(cast, breaking)).body).toMatchObject({
    changes: [
      { action: 'set_contract', slug: 'a', subject: 'off' },
      { action: 'create_version' },
      { action: 'promote_version' },
      { action: 'promote_version' },
    ],
  });
  expect(await exportOf(cast)).toMatchObject({ document: { kind: 'px0/prompts/v1' } });
});

it('are refused as a whole when one of their versions breaks what callers send, unless that is allowed', async () => {
  const cast = await registry.cast();
  await importInto(cast, document(one('{{.a}}', { contract: 'enforce' })));
  const before = await exportOf(cast);
  const breaking = document({ slug: 'new', name: 'new' }, one('{{.a}}{{.b}}'));
  for (const query of ['', '?dry_run=true'])
    expect(errorOf(await importInto(cast, breaking, query))).toEqual(
      refused(409, 'contract break: added required b (a)'),
    );
  expect(await exportOf(cast)).toEqual(before);
  const sharper = document({ ...one('{{.a}}{{.b}}'), contract: 'off' });
  expect((await importInto(cast, sharper, '?dry_run=true')).status).toBe(200);
  expect((await importInto(cast, breaking, '?allow=contract_break')).status).toBe(200);
  // Back to what is there already: it wants less.
  expect((await importInto(cast, document(one('{{.a}}')))).status).toBe(200);
  expect(errorOf(await importInto(cast, document(one('{{.a}}{{.b}}'))))).toEqual(
    refused(409, 'contract break: added required b (a)'),
  );
});

it('ask for what may be allowed by its word, after the caller’s right', async () => {
  const cast = await registry.cast();
  expect(errorOf(await importInto(cast, 7, '?allow=all'))).toEqual(
    refused(400, 'invalid allow, must be contract_break'),
  );
  const path = `/v1/teams/${cast.teamId}/import?allow=all`;
  expect(errorOf(await registry.call(cast.viewer, 'POST', path, 7))).toEqual(refused(403, 'forbidden'));
});

describe('a preview of an import', () => {
  const preview = (cast: Cast, body: unknown, by: Bearer = cast.viewer) =>
    registry.call(by, 'POST', `/v1/teams/${cast.teamId}/import/preview`, body);

  it('says what an import would do and how its texts render, and writes nothing', async () => {
    const cast = await registry.cast();
    const payloads = [{ name: 'ann', variables: { a: 'Ann' } }];
    await importInto(cast, document(one('Hello {{.a}}', { payloads })));
    const before = await exportOf(cast);
    const changed = document(
      one('Good day {{.a}}\n{{.b}}', {
        contract: 'off',
        payloads: [
          { name: 'ann', variables: { a: 'Anna', b: 1 } },
          { name: 'bob', variables: { a: 'Bob' } },
        ],
      }),
      { slug: 'b', name: 'b', versions: [{ number: 3, template: 'New' }], payloads: [{ variables: {} }] },
    );
    const { status, body } = await preview(cast, changed);
    expect(status).toBe(200);
    const dryRun = await importInto(cast, changed, '?dry_run=true');
    expect(body).toMatchObject({ changes: Object(dryRun.body).changes, requirements: [], invalid: [] });
    const { checks } = Object(body);
    expect(checks).toMatchObject([
      {
        slug: 'a',
        check: {
          ...{ version: 1, live_version: 1, new_variables: ['b'] },
          contract: { breaks: ['added required b'] },
          payloads: [
            {
              name: 'ann',
              version: { outcome: 'rendered', rendered: 'Good day Anna\n1' },
              live: { rendered: 'Hello Anna' },
              diff: '--- live\n+++ version\n@@ -1 +1,2 @@\n-Hello Anna\n+Good day Anna\n+1\n',
            },
            { payload_id: null, name: 'bob', version: { outcome: 'failed' } },
          ],
        },
      },
      {
        slug: 'b',
        check: { version: 3, live_version: null, payloads: [{ payload_id: null, live: null, diff: null }] },
      },
    ]);
    expect(checks[0].check.payloads[0].payload_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await exportOf(cast)).toEqual(before);
  });

  it('shows of several versions the one that is or becomes live, else the last', async () => {
    const cast = await registry.cast();
    const versions = (...statuses: string[]) =>
      statuses.map((status, index) => ({ number: index + 1, status, template: `${index + 1}` }));
    const shown = async (...statuses: string[]) => {
      const { body } = await preview(
        cast,
        document({ slug: 'a', name: 'a', versions: versions(...statuses) }),
      );
      return Object(body).checks.map(({ check }: { check: { version: number } }) => check.version);
    };
    expect(await shown('stable', 'live', 'draft')).toEqual([2]);
    expect(await shown('stable', 'draft', 'archived')).toEqual([2]);
    expect(await shown('archived')).toEqual([]);
  });

  it('names what an import would refuse by prompt, and hides nothing of the others', async () => {
    const cast = await registry.cast();
    await importInto(cast, document(one('{{.a}}', { contract: 'enforce' }), { slug: 'x', name: 'Taken' }));
    const bad = { slug: 'bad', name: 'bad', versions: [{ number: 1, template: '{{if}}' }] };
    const good = { slug: 'good', name: 'good', versions: [{ number: 1, template: 'Good' }] };
    const { body } = await preview(
      cast,
      document(
        bad,
        one('{{.a}}{{.b}}'),
        { slug: 'y', name: 'Taken' },
        { ...good, slug: 'Not Normal' },
        { name: 7 },
        good,
        { ...good, name: 'other' },
      ),
    );
    const { changes, checks, invalid } = Object(body);
    const errors = Object.fromEntries(
      invalid.map(({ slug, error }: { slug: string; error: string }) => [`${slug} ${error}`, true]),
    );
    expect(Object.keys(errors).toSorted()).toEqual([
      expect.stringMatching(/^ invalid document: prompts\.4\.slug: /),
      'Not Normal invalid document: prompts.3.slug: is not normalised',
      'a contract break: added required b (a)',
      expect.stringMatching(/^bad invalid document: prompts\.0\.versions\.0\.template: /),
      'good invalid document: prompts.6.slug: occurs twice',
      'y document conflicts with the team: prompts.2: the team has x with the name Taken',
    ]);
    expect(checks.map(({ slug }: { slug: string }) => slug)).toEqual(['a', 'good']);
    expect(changes.map(({ slug }: { slug: string }) => slug)).toEqual(['a', 'a', 'a', 'good', 'good']);
    // In its own words, an import refuses the first of them.
    const refusal = errorOf(await importInto(cast, document(bad, good)));
    expect(refusal.body).toMatchObject({
      error: invalid.find(({ slug }: { slug: string }) => slug === 'bad').error,
    });
  });

  it('judges outputs by the assertions and snapshots that the document has, and by those of the team', async () => {
    const cast = await registry.cast();
    const contains = (value: string) => [{ type: 'contains', value }];
    const kept = { name: 'kept', variables: { a: 'Ann' }, assertions: contains('Ann') };
    const changed = { name: 'changed', variables: { a: 'Bob' }, assertions: contains('Ann') };
    await importInto(cast, document(one('Hello {{.a}}', { payloads: [kept, changed] })));
    const { body } = await preview(
      cast,
      document(
        one('Bye {{.a}}', {
          payloads: [
            { ...changed, assertions: contains('Hello') },
            { name: 'new', variables: { a: 'Eve' }, assertions: [{ type: 'snapshot' }], snapshot: 'Bye Eve' },
            {
              ...{ name: 'other', variables: { a: 'Eve' }, snapshot: 'Hello Eve' },
              assertions: [{ type: 'snapshot', severity: 'warning' }],
            },
          ],
        }),
        {
          ...{ slug: 'b', name: 'b', versions: [{ number: 1, template: 'x' }] },
          payloads: [{ variables: {}, assertions: [{ type: 'matches', value: '(?=a)' }] }],
        },
      ),
    );
    const { checks, invalid } = Object(body);
    const { passed, failed, warnings, payloads } = checks[0].check;
    expect({ passed, failed, warnings }).toEqual({ passed: false, failed: 1, warnings: 1 });
    const messages = payloads.map((payload: { name: string; assertions: { message: string | null }[] }) => [
      payload.name,
      ...payload.assertions.map(({ message }) => message),
    ]);
    expect(messages).toEqual([
      ['kept', null],
      ['changed', 'does not contain "Hello"'],
      ['new', null],
      ['other', expect.stringContaining('differs from the snapshot')],
    ]);
    expect(invalid).toEqual([
      {
        slug: 'b',
        error: expect.stringMatching(
          /^invalid document: prompts\.1\.payloads\.0\.assertions\.0\.value: is no RE2 pattern/,
        ),
      },
    ]);
  });

  it('is for everybody who reads the team, and takes what an import takes', async () => {
    const [cast, other] = [await registry.cast(), await registry.cast()];
    const empty = document();
    expect((await preview(cast, empty, cast.readRenderKey)).status).toBe(200);
    expect(errorOf(await preview(cast, empty, other.admin))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await preview(cast, []))).toEqual(refused(400, 'invalid request body'));
    expect((await preview(cast, { yaml: 'kind: px0/prompts/v1\nprompts: []' })).body).toMatchObject({
      checks: [],
    });
    for (const wrong of [{ kind: 'px0/prompts/v9', prompts: [] }, { kind: 'px0/prompts/v1' }, 7])
      expect(errorOf(await preview(cast, { document: wrong })).status).toBe(400);
    const many = Array.from({ length: 600 }, (_, n) => ({
      ...{ slug: `p${n}`, name: `p${n}` },
      versions: [{ number: 1, template: 'x' }],
    }));
    expect(errorOf(await preview(cast, document(...many)))).toEqual(
      refused(400, 'invalid document: prompts: hold more than 1000 prompts, versions, tags and payloads'),
    );
  });

  it('of a document too large for the main thread says the same', async () => {
    const cast = await registry.cast();
    const versions = [{ number: 1, status: 'live', template: `${'x'.repeat(100_000)}{{.id}}` }];
    const payloads = [{ name: null, variables: { id: '12' } }];
    const bad = { slug: 'bad', name: 'bad', versions: [{ number: 1, template: '{{' }] };
    const { body } = await preview(cast, document({ slug: 'a', name: 'a', versions, payloads }, bad));
    expect(Object(body).checks[0].check.payloads[0].version.rendered).toHaveLength(100_002);
    expect(Object(body).invalid).toMatchObject([{ slug: 'bad' }]);
  });
});

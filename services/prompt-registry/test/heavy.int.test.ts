/** What would hold the main thread is done elsewhere: with the same answers, and without keeping others waiting. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let acme: Cast;
let other: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  acme = await registry.cast();
  other = await registry.cast();
});
afterAll(() => registry?.stop());

/** Takes many times what the main thread may give, and less than a second. */
const HEAVY = '{{range 300}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}{{.a}}';
const VARIABLES = { a: 'é'.repeat(25), b: 'è'.repeat(25) };

/** A prompt whose first version has the template; its payloads are as given. */
async function checked({ editor, teamId }: Cast, template: string, ...payloads: unknown[]): Promise<string> {
  const { id } = await registry.prompts.create(editor, teamId);
  await registry.prompts.createVersion(editor, id, template);
  for (const variables of payloads) await registry.prompts.createPayload(editor, id, { variables });
  return `/v1/prompts/${id}/versions/1`;
}

const check = (version: string, by: Bearer = acme.editor) => registry.call(by, 'POST', `${version}/check`);

/** One check more than there are places, each of several seconds: a refusal tells that all places are taken. */
async function occupied(): Promise<{ leaving: ClientRequest[]; statuses: Promise<number>[] }> {
  const long = '{{range 1000}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}';
  const version = await checked(acme, long, ...new Array(8).fill(VARIABLES));
  const leaving = Array.from({ length: 34 }, () => {
    const sent = request(`${registry.url}${version}/check`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${acme.editor.token}` },
    });
    sent.on('error', () => undefined);
    sent.end();
    return sent;
  });
  const statuses = leaving.map(async (sent) => {
    const [response] = await once(sent, 'response');
    return z.object({ statusCode: z.number() }).parse(response).statusCode;
  });
  return { leaving, statuses };
}

describe('a check that takes long', () => {
  it('is answered as every other, in the order of the payloads', async () => {
    const { editor, teamId } = acme;
    const { id } = await registry.prompts.create(editor, teamId);
    await registry.prompts.versionIn(editor, id, 'live', `${HEAVY}\nlive`);
    await registry.prompts.createVersion(editor, id, `${HEAVY}\nnew {{.mood}}`);
    for (const variables of [{ ...VARIABLES, mood: ':)' }, VARIABLES, [1], { ...VARIABLES, mood: 7 }])
      await registry.prompts.createPayload(editor, id, { variables });
    const { status, body } = await check(`/v1/prompts/${id}/versions/2`);
    const { a } = VARIABLES;
    const rendered = (text: string) => ({ outcome: 'rendered', rendered: text, error: null });
    const failed = (error: unknown) => ({ outcome: 'failed', rendered: null, error });
    const live = rendered(`${a}\nlive`);
    const payload = { payload_id: expect.any(String), name: null, live, violations: null, assertions: [] };
    const diff = (mood: string) => `--- live\n+++ version\n@@ -1,2 +1,2 @@\n ${a}\n-live\n+new ${mood}\n`;
    expect(status).toBe(200);
    expect(body).toEqual({
      check: {
        version: 2,
        live_version: 1,
        passed: false,
        new_variables: ['mood'],
        contract: { breaks: ['added required mood'], notices: [] },
        payloads: [
          { ...payload, version: rendered(`${a}\nnew :)`), diff: diff(':)') },
          {
            ...payload,
            version: failed(
              expect.stringMatching(/^template execution failed: .* map has no entry for key "mood"$/),
            ),
            violations: { missing: [{ path: 'mood' }], unknown: [], invalid: [] },
            diff: null,
          },
          {
            ...payload,
            version: failed('invalid request body'),
            live: failed('invalid request body'),
            diff: null,
          },
          { ...payload, version: rendered(`${a}\nnew 7`), diff: diff('7') },
        ],
        base_version: 1,
        failed: 2,
        warnings: 0,
        payloads_digest: expect.any(String),
      },
    });
  });

  it('compares long outputs', async () => {
    const { editor, teamId } = acme;
    const { id } = await registry.prompts.create(editor, teamId);
    const lines = (word: string) => Array.from({ length: 300 }, (_, line) => `${word} ${line}`);
    await registry.prompts.versionIn(editor, id, 'live', lines('old').join('\n'));
    await registry.prompts.createVersion(editor, id, lines('new').join('\n'));
    await registry.prompts.createPayload(editor, id, { variables: {} });
    const { body } = await check(`/v1/prompts/${id}/versions/2`);
    const changed = [
      ...lines('old').map((line) => `-${line}\n`),
      ...lines('new').map((line) => `+${line}\n`),
    ];
    expect(body).toMatchObject({
      check: { payloads: [{ diff: `--- live\n+++ version\n@@ -1,300 +1,300 @@\n${changed.join('')}` }] },
    });
  });

  it('reads large payloads', async () => {
    const list = new Array(30_000).fill(0);
    const version = await checked(acme, '{{len .list}}', { list }, { list: 'abc' });
    const { body } = await check(version);
    expect(outputsOf(body)).toEqual(['30000', '3']);
  });

  it('reads so many payloads as memory allows, and fails the others', async () => {
    const text = 'x'.repeat(3_000_000);
    const version = await checked(acme, '{{len .text}}', ...new Array(6).fill({ text }), { text: '' });
    const { body } = await check(version);
    const read = new Array(5).fill('3000000');
    const unread = "the check's payloads exceed 16777216 bytes";
    expect(outputsOf(body)).toEqual([...read, unread, unread]);
  });

  it('guards a promotion', async () => {
    const good = await checked(acme, HEAVY, VARIABLES);
    const promote = (version: string) =>
      registry.call(acme.editor, 'POST', `${version}/promote?require=payloads`);
    expect(versionOf(await promote(good)).status).toBe('stable');
    const bad = await checked(acme, `${HEAVY}{{.missing}}`, VARIABLES);
    expect(errorOf(await promote(bad))).toEqual({
      status: 409,
      body: { error: expect.stringMatching(/^payloads fail with this version: [-\w]{36}$/) },
    });
  });

  it('does not keep another organization waiting', async () => {
    const version = await checked(acme, HEAVY, VARIABLES);
    const order: string[] = [];
    const noted = (what: string) => (reply: Reply) => order.push(`${what} ${reply.status}`);
    const slow = Array.from({ length: 4 }, () => check(version).then(noted('check')));
    const quick = Array.from({ length: 20 }, () =>
      registry.call(other.viewer, 'GET', `/v1/prompts?team_id=${other.teamId}`).then(noted('list')),
    );
    await Promise.all([...slow, ...quick]);
    expect(order.lastIndexOf('list 200')).toBeLessThan(order.lastIndexOf('check 200'));
    expect(order.filter((one) => one.endsWith('200'))).toHaveLength(24);
  });

  it('is refused when too many of its organization are under way, and no other organization’s is', async () => {
    const [ours, theirs] = [await checked(acme, HEAVY, VARIABLES), await checked(other, HEAVY, VARIABLES)];
    const checks = Array.from({ length: 60 }, () => check(ours));
    const [answers, their] = await Promise.all([Promise.all(checks), check(theirs, other.editor)]);
    const refusals = answers.filter(({ status }) => status === 429);
    expect(refusals.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(32);
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(refusals[0]?.body).toEqual({ error: 'too many heavy renders' });
    expect(refusals[0]?.headers.get('retry-after')).toBe('1');
    expect(their.status).toBe(200);
  });

  it('gives up its place when its caller goes away', async () => {
    const { leaving, statuses } = await occupied();
    expect(await Promise.any(statuses)).toBe(429);
    for (const sent of leaving) sent.destroy();
    const short = await checked(acme, HEAVY, VARIABLES);
    const answers = await Promise.all(Array.from({ length: 16 }, () => check(short)));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
  });
});

/** What the version made of each payload. */
function outputsOf(body: unknown): (string | null)[] {
  return z
    .object({
      check: z.object({
        payloads: z.array(
          z.object({ version: z.object({ rendered: z.string().nullable(), error: z.string().nullable() }) }),
        ),
      }),
    })
    .parse(body)
    .check.payloads.map(({ version }) => version.rendered ?? version.error);
}

describe('a template that takes long to compile', () => {
  const dense = (name: string) => `{{.${name}}}{{if .cond}}yes{{end}}\n`.repeat(2_000);
  const broken = `${dense('name')}  {{foo}}`;
  const message = 'template: :2001: function "foo" not defined';

  it('is validated', async () => {
    const validate = (template: string) =>
      registry.call(acme.viewer, 'POST', '/v1/templates/validate', { template });
    expect((await validate(dense('name'))).body).toMatchObject({
      valid: true,
      error: null,
      variables: [{ path: 'name', required: true }, { path: 'cond' }],
    });
    expect((await validate(broken)).body).toMatchObject({ valid: false, error: { message, line: 2_001 } });
    const byKey = await registry.call(acme.readRenderKey, 'POST', '/v1/templates/validate', {
      template: dense('key'),
    });
    expect(byKey.body).toMatchObject({ valid: true, variables: [{ path: 'key' }, { path: 'cond' }] });
  });

  it('is saved and replaced, and judged in the order of every other', async () => {
    const { id } = await registry.prompts.create(acme.editor, acme.teamId);
    const save = (template: string, by: Bearer = acme.editor, promptId: string = id) =>
      registry.call(by, 'POST', `/v1/prompts/${promptId}/versions`, { template });
    const replace = (template: string, ref: string) =>
      registry.call(acme.editor, 'PUT', `/v1/prompts/${id}/versions/${ref}`, { template });
    expect(versionOf(await save(dense('first'))).variables.map(({ path }) => path)).toEqual([
      'first',
      'cond',
    ]);
    expect(versionOf(await replace(dense('next'), '1'))).toMatchObject({
      template: dense('next'),
      variables: [{ path: 'next' }, { path: 'cond' }],
    });
    expect(errorOf(await save(broken))).toEqual(refused(400, `invalid template: ${message}`));
    expect(errorOf(await replace(broken, '1'))).toEqual(refused(400, `invalid template: ${message}`));
    expect(errorOf(await replace(broken, '9'))).toEqual(refused(404, 'version not found'));
    expect(errorOf(await save(broken, acme.viewer))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await save(broken, acme.editor, randomUUID()))).toEqual(refused(404, 'prompt not found'));
    await registry.prompts.promote(acme.editor, id, 1);
    expect(errorOf(await replace(broken, '1'))).toEqual(refused(422, 'only draft versions can be modified'));
  });
});

describe('a comparison that takes long', () => {
  it('says every line of both versions, the same each time', async () => {
    const { editor, teamId } = acme;
    const { id } = await registry.prompts.create(editor, teamId);
    const lines = (word: string) => Array.from({ length: 400 }, (_, line) => `${word} ${line}`);
    const [from, to] = [lines('old').join('\n'), lines('new').join('\n')];
    await registry.prompts.versionIn(editor, id, 'stable', from);
    await registry.prompts.createVersion(editor, id, to);
    const diff = (query = '') =>
      registry.call(editor, 'GET', `/v1/prompts/${id}/versions/diff?from=1&to=2${query}`);
    const changed = [
      ...lines('old').map((line) => `-${line}\n`),
      ...lines('new').map((line) => `+${line}\n`),
    ];
    const expected = {
      from_version: 1,
      to_version: 2,
      from_template: from,
      to_template: to,
      diff: `--- v1\n+++ v2\n@@ -1,400 +1,400 @@\n${changed.join('')}`,
    };
    const hunk = {
      from_start: 1,
      from_lines: 400,
      to_start: 1,
      to_lines: 400,
      lines: [
        ...lines('old').map((text, line) => ({ kind: 'removed', from_line: line + 1, to_line: null, text })),
        ...lines('new').map((text, line) => ({ kind: 'added', from_line: null, to_line: line + 1, text })),
      ],
    };
    expect((await diff()).body).toEqual(expected);
    // What is a draft may change.
    await registry.call(editor, 'PUT', `/v1/prompts/${id}/versions/2`, { template: `${to}!` });
    expect((await diff()).body).toMatchObject({ to_template: `${to}!` });
    await registry.call(editor, 'PUT', `/v1/prompts/${id}/versions/2`, { template: to });
    await registry.prompts.promote(editor, id, 2);
    for (const _time of ['made', 'kept']) {
      expect((await diff()).body).toEqual(expected);
      expect((await diff('&format=structured')).body).toEqual({ ...expected, hunks: [hunk] });
    }
  });
});

describe('a large document', () => {
  /** Numbers keep all their digits. */
  const exact = '12345678901234567890.10';
  const template = '{{.name}} says {{.word}}\n'.repeat(1_000);
  const documentText = (prompts: number, fields = '') =>
    `{"kind":"px0/prompts/v1","prompts":[${Array.from(
      { length: prompts },
      (_, index) =>
        `{"slug":"p${index}","name":"P ${index}",${fields}"description":"","status":"active",` +
        `"versions":[{"number":1,"status":"live","template":${JSON.stringify(template)}}],` +
        `"tags":{"prod":1},"payloads":[{"name":"n","variables":{"id":${exact}}}]}`,
    ).join(',')}]}`;
  const importText = (cast: Cast, body: string) =>
    registry.send('POST', `/v1/teams/${cast.teamId}/import`, {
      headers: { authorization: `Bearer ${cast.admin.token}`, 'content-type': 'application/json' },
      body,
    });
  const exported = async (cast: Cast, format: string) => {
    const reply = await fetch(`${registry.url}/v1/teams/${cast.teamId}/export?format=${format}`, {
      headers: { authorization: `Bearer ${cast.admin.token}` },
    });
    return reply.text();
  };

  it('comes back as it went in, as JSON and as YAML', async () => {
    const [source, target] = await Promise.all([registry.cast(), registry.cast()]);
    const text = documentText(4);
    expect((await importText(source, `{"document":${text}}`)).status).toBe(200);
    expect(await exported(source, 'json')).toBe(`{"document":${text}}`);
    const yaml = await exported(source, 'yaml');
    expect(yaml).toContain(exact);
    expect((await importText(target, yaml)).status).toBe(200);
    expect(await exported(target, 'yaml')).toBe(yaml);
    expect(await exported(target, 'json')).toBe(`{"document":${text}}`);
    const again = await importText(target, yaml);
    expect(again.body).toEqual({ dry_run: false, changes: [] });
  });

  it('of as many values as a body has room for is read', async () => {
    const cast = await registry.cast();
    const many = `[${'{},'.repeat(1_300_000)}{}]`;
    const { status, body } = await registry.send('POST', `/v1/teams/${cast.teamId}/import?dry_run=true`, {
      headers: { authorization: `Bearer ${cast.admin.token}`, 'content-type': 'application/json' },
      body: `{"document":${documentText(1).replace(exact, many)}}`,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ dry_run: true });
  });

  it('of too many values for YAML is exported as JSON only', async () => {
    const cast = await registry.cast();
    const text = documentText(1).replace(exact, `[${new Array(90_000).fill(1).join(',')}]`);
    expect((await importText(cast, `{"document":${text}}`)).status).toBe(200);
    expect(await exported(cast, 'json')).toBe(`{"document":${text}}`);
    expect(JSON.parse(await exported(cast, 'yaml'))).toEqual({
      error: 'document is too large; name fewer prompts in slugs',
    });
  });

  it.each([
    ['no document', `{"document":7}`, 'invalid request body'],
    [
      'a broken template',
      `{"document":${documentText(4).replace('{{.name}}', '{{foo}}')}}`,
      'invalid document: prompts.0.versions.0.template: invalid template: template: :1: function "foo" not defined',
    ],
    [
      'YAML of too many values',
      JSON.stringify({ yaml: `k: [${'1,'.repeat(400_000)}1]` }),
      'invalid document: the text has more than 560000 tokens of YAML; send it as JSON',
    ],
    [
      'no YAML',
      JSON.stringify({ yaml: `a: [\n${' '.repeat(5_000)}}` }),
      expect.stringMatching(/^invalid document: line 2 is no YAML$/),
    ],
  ])('is refused in the same words as a small one: %s', async (_what, body, error) => {
    const cast = await registry.cast();
    const padded = body.replace(/\}$/, `${' '.repeat(70_000)}}`);
    expect(errorOf(await importText(cast, padded))).toEqual({ status: 400, body: { error } });
  });
});

describe('heavy work', () => {
  it('that is not done when the patience of a stop is over is answered', async () => {
    const patience = { SHUTDOWN_TIMEOUT_MS: '1000', DRAIN_DELAY_MS: '0' };
    // On a slow machine, the budget of a check would end some before the stop does.
    await registry.restart({ ...patience, CHECK_TIME_BUDGET_MS: '60000' });
    const { statuses } = await occupied();
    expect(await Promise.any(statuses)).toBe(429);
    await registry.restart({});
    const answers = await Promise.all(statuses);
    expect(answers.toSorted()).toEqual([429, ...new Array(33).fill(503)]);
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { schemas } from '@px0/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { payloadOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  // A machine that stands still for seconds is no reason for a verdict.
  await registry.restart({ CHECK_TIME_BUDGET_MS: '60000' });
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const checkReply = z.object({ check: schemas.VersionCheck });

/** A prompt whose versions hold these, the first of them live, and shortcuts to call it. */
async function prompt(...templates: string[]) {
  const contents = templates.map((template) => ({ template }));
  const id = await registry.prompts.createWith(cast.editor, cast.teamId, {}, ...contents);
  const call = (method: string, path: string, body?: unknown, by: Bearer = cast.editor) =>
    registry.call(by, method, `/v1/prompts/${id}${path}`, body);
  const payload = async (body: object) => payloadOf(await call('POST', '/payloads', body));
  const check = async (ref = '1', by: Bearer = cast.viewer) =>
    checkReply.parse((await call('POST', `/versions/${ref}/check`, {}, by)).body).check;
  return { id, call, payload, check };
}

describe('the assertions of a payload', () => {
  it('are kept as they were given, replaced as a whole, and cleared', async () => {
    const { call, payload } = await prompt('Hi {{.name}}');
    const assertions = [
      { type: 'contains', value: 'refund', severity: 'warning', note: 'the law asks for it' },
      { type: 'matches', value: '(?i)re+fund' },
      { type: 'max_tokens', value: 50, encoding: 'o200k_base' },
      { type: 'equals', value: '', message: 0 },
    ];
    const created = await payload({ variables: {}, assertions });
    expect(created).toMatchObject({ assertions, snapshot: null });
    expect(await payload({ variables: {} })).toMatchObject({ assertions: [], snapshot: null });
    const path = `/payloads/${created.id}`;
    const put = async (body: object) => payloadOf(await call('PUT', path, body)).assertions;
    expect(await put({ name: 'named' })).toEqual(assertions);
    expect(await put({ assertions: [{ type: 'snapshot' }] })).toEqual([{ type: 'snapshot' }]);
    expect(payloadOf(await call('GET', path)).assertions).toEqual([{ type: 'snapshot' }]);
    expect(await put({ assertions: [] })).toEqual([]);
  });

  it('are judged after the rest of the body, and patterns after the right', async () => {
    const { call, payload } = await prompt('Hi');
    const lookAhead = [{ type: 'matches', value: '(?=a)' }];
    const create = async (body: unknown, by?: Bearer) => errorOf(await call('POST', '/payloads', body, by));
    const invalid = (reason: string) => refused(400, `invalid assertions: ${reason}`);
    expect(await create({ variables: {}, assertions: lookAhead }, cast.outsider)).toEqual(
      refused(404, 'prompt not found'),
    );
    expect(await create({ variables: {}, assertions: lookAhead }, cast.viewer)).toEqual(
      refused(403, 'forbidden'),
    );
    expect(await create({ variables: {}, assertions: [{ type: 5 }] })).toEqual(
      refused(400, 'invalid request body'),
    );
    expect(await create({ assertions: [{ type: 'no' }] })).toEqual(
      refused(400, 'payload variables are required'),
    );
    expect(await create({ variables: {}, assertions: lookAhead })).toEqual(
      invalid('assertions.0.value: is no RE2 pattern: invalid or unsupported Perl syntax: `(?=`'),
    );
    expect(await create({ variables: {}, assertions: [{ type: 'no' }] })).toEqual(
      invalid('assertions.0.type: is not known'),
    );
    expect(await create({ variables: {}, assertions: [{ type: 'max_chars', value: 'many' }] })).toEqual(
      invalid('assertions.0.value: must be a number'),
    );
    // A number that no float holds is none that an assertion may have.
    const value = JSON.rawJSON('1.00000000000000000001');
    expect(await create({ variables: {}, assertions: [{ type: 'max_chars', value }] })).toEqual(
      invalid('assertions.0.value: must be a number'),
    );
    const { id: payloadId } = await payload({ variables: {} });
    const update = async (path: string, body: unknown) =>
      errorOf(await call('PUT', `/payloads/${path}`, body));
    expect(await update(payloadId, { assertions: lookAhead })).toMatchObject({ status: 400 });
    expect(await update(randomUUID(), { assertions: [{ type: 'no' }] })).toEqual(
      invalid('assertions.0.type: is not known'),
    );
    expect(await update(randomUUID(), { assertions: [] })).toEqual(refused(404, 'payload not found'));
  });
});

describe('a check', () => {
  it('judges each payload, and says which fail and how many warnings there are', async () => {
    const { payload, check } = await prompt('Dear {{.name}}', 'Hello {{.name}}');
    await payload({ name: 'plain', variables: { name: 'Ada' } });
    await payload({
      name: 'judged',
      variables: { name: 'Ada' },
      assertions: [
        { type: 'starts_with', value: 'Dear' },
        { type: 'matches', value: '^[A-Z]\\w+ A' },
        { type: 'max_tokens', value: 1, severity: 'warning' },
      ],
    });
    const passing = await check('1');
    expect(passing).toMatchObject({
      passed: true,
      failed: 0,
      warnings: 1,
      live_version: 1,
      base_version: 1,
      payloads: [
        { assertions: [] },
        {
          assertions: [
            { type: 'starts_with', ok: true, severity: 'error', message: null },
            { type: 'matches', ok: true, severity: 'error', message: null },
            {
              type: 'max_tokens',
              ok: false,
              severity: 'warning',
              message: /^has about \d tokens, at most 1/,
            },
          ],
        },
      ].map((one) => expect.objectContaining(withMessages(one))),
    });
    const failing = await check('2');
    expect(failing).toMatchObject({ passed: false, failed: 1, warnings: 1 });
    expect(failing.payloads[1]?.assertions?.[0]?.message).toBe('does not start with "Dear"');
    expect(failing.payloads_digest).toBe(passing.payloads_digest);
    await payload({ variables: {} });
    expect((await check('1')).payloads_digest).not.toBe(passing.payloads_digest);
  });

  it('has payloads that are expected to fail', async () => {
    const { payload, check } = await prompt('Dear {{.name}}');
    const assertions = [
      { type: 'fails', value: 'map has no entry' },
      { type: 'contains', value: 'never judged' },
    ];
    await payload({ name: 'negative', variables: {}, assertions });
    expect(await check()).toMatchObject({
      passed: true,
      payloads: [{ version: { outcome: 'failed' }, assertions: [{ type: 'fails', ok: true }] }],
    });
    await payload({ name: 'rendered', variables: { name: 'Ada' }, assertions: [{ type: 'fails' }] });
    await payload({ name: 'otherwise', variables: {}, assertions: [{ type: 'fails', value: 'mood' }] });
    await payload({ name: 'unexpected', variables: {}, assertions: [{ type: 'contains', value: 'a' }] });
    const { failed, payloads } = await check();
    expect(failed).toBe(3);
    expect(payloads.slice(1).map((one) => one.assertions?.map(({ message }) => message))).toEqual([
      ['rendered, but was expected to fail'],
      ['the error does not contain "mood"'],
      [],
    ]);
  });

  it('judges the transcript of a chat, or one message', async () => {
    const messages = [
      { role: 'system', template: 'Be {{.mood}}.' },
      {
        role: 'user',
        parts: [
          { type: 'text', template: 'Hi' },
          { type: 'media', url: 'https://a.test/a.png' },
        ],
      },
    ];
    const id = await registry.prompts.createWith(cast.editor, cast.teamId, {}, { messages });
    const assertions = [
      { type: 'equals', value: 'Be kind.', message: 0 },
      { type: 'equals', value: 'Hi', message: 1 },
      { type: 'message_count', value: 2 },
      { type: 'contains', value: 'kind' },
      { type: 'not_matches', value: 'k.nd', message: 1 },
      { type: 'contains', value: '', message: 2 },
    ];
    await registry.call(cast.editor, 'POST', `/v1/prompts/${id}/payloads`, {
      variables: { mood: 'kind' },
      assertions,
    });
    const { body } = await registry.call(cast.viewer, 'POST', `/v1/prompts/${id}/versions/1/check`, {});
    const { check } = checkReply.parse(body);
    expect(check.payloads[0]?.assertions?.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 5 }, () => null),
      'has no message 2',
    ]);
  });

  it('compares with another version where that is asked for', async () => {
    const { call, payload, check } = await prompt('one {{.a}}', 'two {{.a}}', 'three {{.a}} {{.b}}');
    await payload({ variables: { a: '1', b: '2' } });
    await call('POST', '/versions/2/tags', { tag: 'next' });
    const compared = async (base: string, body = {}) =>
      (await call('POST', `/versions/3/check?base=${base}`, body, cast.viewer)).body;
    expect(await check('3')).toMatchObject({ base_version: 1, new_variables: ['b'] });
    for (const base of ['2', 'next'])
      expect(await compared(base)).toMatchObject({
        check: { version: 3, live_version: 1, base_version: 2, payloads: [{ live: { rendered: 'two 1' } }] },
      });
    expect(await compared('live')).toMatchObject({ check: { base_version: 1 } });
    expect(errorOf(await call('POST', '/versions/3/check?base=9', {}))).toEqual(
      refused(404, 'version not found'),
    );
  });

  it('of a content that is not saved writes nothing', async () => {
    const { call, payload } = await prompt('one {{.a}}');
    await payload({ name: 'p', variables: { a: '1' }, assertions: [{ type: 'starts_with', value: 'one' }] });
    const audit = async () => (await call('GET', '/audit')).body;
    const before = await audit();
    const check = async (body: unknown, by: Bearer = cast.readRenderKey) => call('POST', '/check', body, by);
    expect((await check({ template: 'one and {{.a}}' })).body).toMatchObject({
      check: {
        passed: true,
        failed: 0,
        live_version: 1,
        base_version: 1,
        payloads: [{ diff: expect.any(String) }],
      },
    });
    const { body } = await check({ messages: [{ role: 'user', template: '{{.a}}' }], base: '1' });
    expect(body).toMatchObject({ check: { passed: false, failed: 1 } });
    expect(body).not.toHaveProperty('check.version');
    expect(errorOf(await check({ template: '{{' }, cast.outsider))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await check({}))).toEqual(refused(400, 'template is required'));
    expect(errorOf(await check({ template: '{{.a' }))).toMatchObject({ status: 400 });
    expect(errorOf(await check({ template: 'a', base: '7' }))).toEqual(refused(404, 'version not found'));
    expect(await audit()).toEqual(before);
    expect((await call('GET', '/versions')).body).toMatchObject({ versions: [{ version: 1 }] });
  });

  it('stands in the way of a promotion that requires payloads', async () => {
    const { call, payload } = await prompt('Dear {{.name}}', 'Hello {{.name}}', 'Dear, dear {{.name}}');
    const dear = [{ type: 'starts_with', value: 'Dear' }];
    await payload({ name: 'greeting', variables: { name: 'Ada' }, assertions: dear });
    await payload({
      name: 'vip',
      variables: { name: 'Bob' },
      assertions: [{ type: 'matches', value: 'D.ar' }],
    });
    await payload({
      name: 'soft',
      variables: { name: 'Bob' },
      assertions: [{ type: 'contains', value: 'nobody', severity: 'warning' }],
    });
    const promote = (version: number) => call('POST', `/versions/${version}/promote?require=payloads`);
    expect(errorOf(await promote(2))).toEqual(refused(409, 'payloads fail with this version: greeting, vip'));
    expect((await promote(3)).status).toBe(200);
  });

  it('answers other requests while patterns and tokens take long', async () => {
    const { call, payload, check } = await prompt('{{.word}}');
    const word = randomWord(128 * 1024);
    await payload({
      variables: { word },
      assertions: [
        { type: 'contains', value: 'refund' },
        { type: 'matches', value: '(x+x+)+y' },
        { type: 'max_tokens', value: 50 },
        // Each holds the thread for a good part of a second.
        ...Array.from({ length: 6 }, (_, index) => ({
          type: 'matches',
          value: `(\\pL{1,10} ?){1,90}[^\\pL\\d]{${index + 1}}(.{1,20}){1,20}$`,
        })),
      ],
    });
    let isChecked = false;
    const checking = check().finally(() => {
      isChecked = true;
    });
    let answered = 0;
    while (!isChecked) {
      await call('GET', '');
      if (!isChecked) answered += 1;
    }
    expect(answered).toBeGreaterThan(0);
    const { payloads, passed } = await checking;
    expect(passed).toBe(false);
    const judged = payloads[0]?.assertions ?? [];
    expect(judged[0]?.message).toBe('does not contain "refund"');
    expect(judged.slice(1).map(({ message }) => message)).toEqual([
      'does not match /(x+x+)+y/',
      expect.stringMatching(/^has about \d+ tokens, at most 50 are allowed$/),
      ...Array.from({ length: 6 }, () => expect.stringMatching(/^does not match/)),
    ]);
  });
});

describe('a snapshot', () => {
  it('is accepted from a version, compared with others, and noted in the audit log', async () => {
    const { call, payload, check } = await prompt('Dear {{.name}}', 'Hello {{.name}}');
    const { id } = await payload({
      name: 'greeting',
      variables: { name: 'Åda' },
      assertions: [{ type: 'snapshot' }],
    });
    expect((await check()).payloads[0]?.assertions?.[0]?.message).toBe('no snapshot was accepted');
    const path = `/payloads/${id}/snapshot`;
    const read = async (query = '') => (await call('GET', `${path}${query}`, undefined, cast.viewer)).body;
    expect(await read('?version=1')).toEqual({ accepted: null, actual: 'Dear Åda', diff: null });
    const accepted = payloadOf(await call('POST', path, { version: 1 }));
    expect(accepted.snapshot).toEqual({
      version: 1,
      content_hash: `sha256:${createHash('sha256').update('Dear {{.name}}').digest('hex')}`,
      sha256: createHash('sha256').update('Dear Åda').digest('hex'),
      characters: 8,
      accepted_at: expect.any(String),
      accepted_by: { kind: 'user', user_id: cast.editor.id, api_key_id: null },
    });
    expect((await check('1')).passed).toBe(true);
    expect((await check('2')).payloads[0]?.assertions?.[0]?.message).toBe(
      'differs from the snapshot of version 1',
    );
    expect(await read()).toEqual({ accepted: 'Dear Åda', actual: null, diff: null });
    expect(await read('?version=2')).toEqual({
      accepted: 'Dear Åda',
      actual: 'Hello Åda',
      diff: expect.stringContaining('-Dear Åda\n'),
    });
    await call('POST', path, { version: 2 });
    expect((await check('2')).passed).toBe(true);
    const { body } = await call('GET', '/audit?limit=3');
    expect(body).toMatchObject({
      entries: [
        { action: 'payload.snapshot_accepted', version: 2, details: { payload: id, name: 'greeting' } },
        { action: 'payload.snapshot_accepted', version: 1 },
        { action: 'payload.created' },
      ],
    });
  });

  it('is refused in the contract’s order', async () => {
    const { call, payload } = await prompt('{{.a}}', '{{range .many}}{{$.text}}{{end}}');
    const { id } = await payload({
      variables: { many: Array.from({ length: 1_025 }, () => 0), text: 'x'.repeat(1_024) },
    });
    const accept = async (body: unknown, by: Bearer = cast.editor, payloadId = id) =>
      errorOf(await call('POST', `/payloads/${payloadId}/snapshot`, body, by));
    expect(await accept(7, cast.outsider)).toEqual(refused(404, 'prompt not found'));
    expect(await accept(7, cast.viewer)).toEqual(refused(403, 'forbidden'));
    for (const body of [7, {}, { version: '1' }, { version: 1.5 }])
      expect(await accept(body)).toEqual(refused(400, 'invalid request body'));
    expect(await accept({ version: 9 }, cast.editor, randomUUID())).toEqual(
      refused(404, 'payload not found'),
    );
    expect(await accept({ version: 9 })).toEqual(refused(404, 'version not found'));
    expect(await accept({ version: 1 })).toEqual({
      status: 409,
      body: { error: expect.stringMatching(/^payload fails with this version: template execution failed: /) },
    });
    expect(await accept({ version: 2 })).toEqual(refused(422, 'output is too large for a snapshot'));
    const read = async (query: string) =>
      errorOf(await call('GET', `/payloads/${id}/snapshot${query}`, undefined, cast.viewer));
    expect(await read('?version=nope')).toEqual(refused(404, 'version not found'));
    expect(await read('?version=1')).toMatchObject({ status: 409 });
  });
});

describe('a document', () => {
  const importInto = (teamId: string, by: Bearer, body: object, query = '') =>
    registry.call(by, 'POST', `/v1/teams/${teamId}/import${query}`, body);
  const exported = async (teamId: string, by: Bearer, query = '') =>
    (await registry.call(by, 'GET', `/v1/teams/${teamId}/export${query}`)).body;

  it('carries assertions and snapshots to another team, where repeating it changes nothing', async () => {
    const [here, there] = [await registry.cast(), await registry.cast()];
    const id = await registry.prompts.createWith(
      here.editor,
      here.teamId,
      { slug: 'greeting' },
      { template: 'Hi {{.a}}' },
    );
    const call = (method: string, path: string, body?: unknown) =>
      registry.call(here.editor, method, `/v1/prompts/${id}${path}`, body);
    expect(await exported(here.teamId, here.viewer)).toMatchObject({ document: { kind: 'px0/prompts/v1' } });
    const assertions = [
      { type: 'matches', value: '^H[ij]', note: 'a "greeting"\n' },
      { type: 'max_chars', value: 20, severity: 'warning' },
      { type: 'snapshot' },
    ];
    const variables = { a: 'é😀' };
    const { id: payloadId } = payloadOf(
      await call('POST', '/payloads', { name: 'p', variables, assertions }),
    );
    await call('POST', `/payloads/${payloadId}/snapshot`, { version: 1 });
    await call('POST', '/payloads', { variables: { a: 1 } });
    const body = await exported(here.teamId, here.viewer);
    expect(body).toMatchObject({
      document: {
        kind: 'px0/prompts/v2',
        prompts: [
          {
            payloads: [
              { name: 'p', variables, assertions, snapshot: 'Hi é😀' },
              { name: null, variables: { a: 1 } },
            ],
          },
        ],
      },
    });
    const document = body as object;
    const planned = [
      'create_prompt',
      'create_version',
      'create_payload',
      'create_payload',
      'promote_version',
      'promote_version',
    ];
    for (const query of ['?dry_run=true', '']) {
      const { body: result } = await importInto(there.teamId, there.editor, document, query);
      expect((result as { changes: { action: string }[] }).changes.map(({ action }) => action)).toEqual(
        planned,
      );
    }
    for (const [what, query] of [
      [document, ''],
      [await exported(here.teamId, here.viewer, '?format=yaml'), ''],
    ] as const)
      expect((await importInto(there.teamId, there.editor, what as object, query)).body).toEqual({
        dry_run: false,
        changes: [],
      });
    const list = await registry.call(there.viewer, 'GET', `/v1/teams/${there.teamId}/export`);
    expect(list.body).toMatchObject({
      document: { prompts: [{ payloads: [{ name: 'p', assertions, snapshot: 'Hi é😀' }, {}] }] },
    });
  });

  it('changes the assertions of a payload, keeps what it does not name, and is refused with their places', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const documentOf = (payload: object) => ({
      document: {
        kind: 'px0/prompts/v2',
        prompts: [
          { slug: 'one', name: 'one', versions: [], payloads: [{ name: 'p', variables: {}, ...payload }] },
        ],
      },
    });
    const bring = (payload: object) => importInto(teamId, editor, documentOf(payload));
    const payloadNow = async () =>
      ((await exported(teamId, viewer)) as { document: { prompts: [{ payloads: [object] }] } }).document
        .prompts[0].payloads[0];
    const updated = { dry_run: false, changes: [{ action: 'update_payload', slug: 'one', subject: 'p' }] };
    const none = { dry_run: false, changes: [] };
    const both = [{ type: 'contains', value: 'a' }, { type: 'fails' }];
    await bring({ assertions: both, snapshot: 'accepted' });
    expect(await payloadNow()).toEqual({ name: 'p', variables: {}, assertions: both, snapshot: 'accepted' });
    expect((await bring({})).body).toEqual(none);
    expect((await bring({ assertions: both.slice(1) })).body).toMatchObject({
      changes: [{ action: 'update_payload' }],
    });
    expect(await payloadNow()).toEqual({
      name: 'p',
      variables: {},
      assertions: both.slice(1),
      snapshot: 'accepted',
    });
    expect((await bring({ snapshot: 'other' })).body).toMatchObject({
      changes: updated.changes.map(({ action }) => ({ action })),
    });
    expect((await bring({ assertions: [] })).body).toMatchObject({ changes: [{ action: 'update_payload' }] });
    expect(await payloadNow()).toEqual({ name: 'p', variables: {}, snapshot: 'other' });
    const refusedWith = (place: string) => refused(400, `invalid document: prompts.0.payloads.0.${place}`);
    for (const [assertion, reason] of [
      [{ type: 'no' }, 'assertions.0.type: is not known'],
      [{ type: 'fails', later: 1 }, 'assertions.0.later: is not known'],
      [
        { type: 'matches', value: 'a{1001}' },
        'assertions.0.value: is no RE2 pattern: invalid repeat count: `{1001}`',
      ],
    ] as const)
      expect(errorOf(await bring({ assertions: [assertion] }))).toEqual(refusedWith(reason));
    expect(errorOf(await bring({ snapshot: 'x'.repeat(1_048_577) }))).toEqual(
      refusedWith('snapshot: must be at most 1048576 bytes'),
    );
  });
});

/** Letters and digits in no order, which no cache of tokens shortens. */
function randomWord(length: number): string {
  let word = '';
  while (word.length < length) word += createHash('sha512').update(word).digest('hex');
  return word.slice(0, length);
}

/** With messages that are patterns as matchers. */
function withMessages(one: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(one).map(([key, results]) => [
      key,
      (results as { message: string | RegExp | null }[]).map(({ message, ...rest }) => ({
        ...rest,
        message: message instanceof RegExp ? expect.stringMatching(message) : message,
      })),
    ]),
  );
}

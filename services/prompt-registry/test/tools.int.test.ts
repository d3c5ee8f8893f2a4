import { randomUUID } from 'node:crypto';
import { encodeUsage, usageSubject } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let bus: Bus;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  bus = await registry.openBus();
});
afterAll(() => registry?.stop());

const newPrompt = () => registry.prompts.create(cast.editor, cast.teamId);

describe('validating a template', () => {
  const validate = (template: unknown) =>
    registry.call(cast.viewer, 'POST', '/v1/templates/validate', { template });

  it('tells what it reads', async () => {
    expect((await validate('Hi {{.name}}{{range .items}}{{.}}{{end}}')).body).toMatchObject({
      valid: true,
      error: null,
      variables: [
        { path: 'name', required: true },
        { path: 'items', shape: 'list' },
      ],
    });
  });

  it('tells what every render needs, byte for byte', async () => {
    const template = '{{.a}}{{if .b}}{{.c}}{{end}}{{range .l}}{{.t}}{{end}}{{.d | default "x"}}';
    const { input_schema: schema } = (await validate(template)).body as { input_schema: unknown };
    expect(JSON.stringify(schema)).toBe(
      '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"a":{},"b":{},"c":{},"l":{"type":["array","object","null"],"items":{"type":"object","properties":{"t":{}},"required":["t"]}},"d":{"default":"x"}},"required":["a","b","l"]}',
    );
  });

  it('tells what a conversation needs', async () => {
    const messages = [
      { placeholder: 'history', required: true },
      { role: 'user', template: '{{.question}}{{.__proto__}}' },
    ];
    const { body } = await registry.call(cast.viewer, 'POST', '/v1/templates/validate', { messages });
    expect(JSON.stringify(body)).toContain(
      '"properties":{"history":{"type":["array","null"],"items":{"type":"object","properties":{"role":{"type":"string"}},"required":["role"]}},"question":{},"__proto__":{}},"required":["history","question","__proto__"]',
    );
  });

  it('tells where it is broken', async () => {
    expect((await validate('{{.a')).body).not.toHaveProperty('input_schema');
    expect((await validate('ok\n  {{foo}}')).body).toMatchObject({
      valid: false,
      variables: [],
      error: { message: 'template: :2: function "foo" not defined', line: 2 },
    });
  });

  it('refuses what is no template at all', async () => {
    expect(errorOf(await validate(7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await validate(''))).toEqual(refused(400, 'template is required'));
    expect(errorOf(await validate('x'.repeat(524_289)))).toEqual(
      refused(400, 'template must be at most 524288 bytes'),
    );
  });
});

describe('checking a version', () => {
  it('renders every payload with it and with the live one', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'live', 'Hello {{.name}}\nbye');
    await registry.prompts.createVersion(cast.editor, id, 'Hello {{.name}} {{.mood}}\nbye');
    const good = await registry.prompts.createPayload(cast.editor, id, {
      name: 'good',
      variables: { name: 'Ann', mood: ':)' },
    });
    await registry.prompts.createPayload(cast.editor, id, { variables: { name: 'Bob' } });
    await registry.prompts.createPayload(cast.editor, id, { name: 'no object', variables: [1] });
    const { body } = await registry.call(cast.viewer, 'POST', `/v1/prompts/${id}/versions/2/check`);
    expect(body).toMatchObject({
      check: {
        version: 2,
        live_version: 1,
        passed: false,
        new_variables: ['mood'],
        payloads: [
          {
            payload_id: good.id,
            name: 'good',
            version: { outcome: 'rendered', rendered: 'Hello Ann :)\nbye', error: null },
            live: { outcome: 'rendered', rendered: 'Hello Ann\nbye', error: null },
            diff: '--- live\n+++ version\n@@ -1,2 +1,2 @@\n-Hello Ann\n+Hello Ann :)\n bye\n',
          },
          {
            name: null,
            version: {
              outcome: 'failed',
              rendered: null,
              error:
                'template execution failed: template: prompt:1:18: executing "prompt" at <.mood>: map has no entry for key "mood"',
            },
            live: { outcome: 'rendered' },
            diff: null,
          },
          { name: 'no object', version: { outcome: 'failed', error: 'invalid request body' }, diff: null },
        ],
      },
    });
  });

  it('that renders more than an answer holds fails what is left', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id, '{{range .l}}{{printf "%1000000d" 1}}{{end}}');
    for (let index = 0; index < 4; index += 1) {
      await registry.prompts.createPayload(cast.editor, id, { variables: { l: Array(7).fill(1) } });
    }
    const { body } = await registry.call(cast.viewer, 'POST', `/v1/prompts/${id}/versions/1/check`);
    const outcomes = z
      .object({
        check: z.object({
          payloads: z.array(z.object({ version: z.object({ error: z.string().nullable() }) })),
        }),
      })
      .parse(body)
      .check.payloads.map(({ version }) => version.error);
    expect(outcomes).toEqual([null, null, null, "the check's outputs exceed 16777216 characters"]);
  });

  it('without a live version and payloads passes', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id, '{{.a}}');
    expect((await registry.call(cast.viewer, 'POST', `/v1/prompts/${id}/versions/1/check`)).body).toEqual({
      check: {
        version: 1,
        live_version: null,
        passed: true,
        new_variables: ['a'],
        contract: { breaks: [], notices: [] },
        payloads: [],
        base_version: null,
        failed: 0,
        warnings: 0,
        payloads_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    });
  });

  it('guards a promotion that asks for it, and no other', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id, '{{.name}}');
    await registry.prompts.createPayload(cast.editor, id, { name: 'greeting', variables: {} });
    const nameless = await registry.prompts.createPayload(cast.editor, id, { variables: {} });
    const promote = (query: string, by: Bearer = cast.editor, ref = '1') =>
      registry.call(by, 'POST', `/v1/prompts/${id}/versions/${ref}/promote${query}`);
    expect(errorOf(await promote('?require=payloads'))).toEqual(
      refused(409, `payloads fail with this version: greeting, ${nameless.id}`),
    );
    expect(errorOf(await promote('?require=payloads', cast.viewer, 'nope'))).toEqual(
      refused(403, 'forbidden'),
    );
    expect(errorOf(await promote('?require=payloads', cast.editor, 'nope'))).toEqual(
      refused(404, 'version not found'),
    );
    expect(versionOf(await promote('')).status).toBe('stable');
    await registry.call(cast.editor, 'DELETE', `/v1/prompts/${id}/payloads/${nameless.id}`);
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/payloads`);
    const [payload] = z.object({ payloads: z.array(z.object({ id: z.string() })) }).parse(body).payloads;
    await registry.call(cast.editor, 'PUT', `/v1/prompts/${id}/payloads/${payload?.id}`, {
      variables: { name: 'Ann' },
    });
    expect(versionOf(await promote('?require=payloads')).status).toBe('live');
    expect(errorOf(await promote('?require=payloads'))).toEqual(
      refused(422, 'cannot promote version in live status: conflict'),
    );
  });
});

describe('a promotion', () => {
  it('whose condition is not understood promotes nothing', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id, '{{.name}}');
    for (const query of [
      'require=Payloads',
      'require=payload',
      'require=',
      'require=payloads,',
      'requires=payloads',
    ])
      expect(
        errorOf(await registry.call(cast.editor, 'POST', `/v1/prompts/${id}/versions/1/promote?${query}`)),
      ).toEqual(refused(400, 'invalid require, must be payloads'));
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/versions/1`);
    expect(body).toMatchObject({ version: { status: 'draft' } });
  });
});

describe('the audit log', () => {
  const page = z.object({
    entries: z.array(
      z.object({
        id: z.string(),
        action: z.string(),
        version: z.number().nullable(),
        details: z.unknown(),
        actor: z.unknown(),
        prompt_id: z.string(),
      }),
    ),
    next_cursor: z.string().optional(),
  });
  const read = async (path: string) => page.parse((await registry.call(cast.viewer, 'GET', path)).body);

  it('tells of every change who made it, of what, and from what to what; of refused ones nothing', async () => {
    const { editor, admin, allKey } = cast;
    const { id } = await newPrompt();
    const path = `/v1/prompts/${id}`;
    await registry.prompts.versionIn(editor, id, 'live');
    await registry.prompts.createVersion(allKey, id);
    await registry.call(editor, 'PUT', `${path}/versions/2`, { template: 'x' });
    await registry.call(editor, 'POST', `${path}/versions/2/promote`);
    await registry.call(editor, 'POST', `${path}/versions/2/promote`);
    await registry.prompts.tag(editor, id, 1, 'prod');
    await registry.prompts.tag(editor, id, 2, 'prod');
    await registry.call(editor, 'DELETE', `${path}/tags/prod`);
    await registry.call(editor, 'POST', `${path}/versions/2/demote`);
    await registry.call(editor, 'POST', `${path}/versions/2/archive`);
    await registry.call(editor, 'POST', `${path}/versions/2/duplicate`);
    await registry.call(editor, 'DELETE', `${path}/versions/3`);
    await registry.call(editor, 'POST', `${path}/versions/2/promote`);
    await registry.call(admin, 'POST', `${path}/archive`);
    await registry.call(admin, 'POST', `${path}/restore`);
    const { entries } = await read(`${path}/audit`);
    expect(entries.map(({ action, version }) => `${action} ${version ?? ''}`.trim()).toReversed()).toEqual([
      'prompt.created',
      'version.created 1',
      'version.promoted 1',
      'version.promoted 1',
      'version.created 2',
      'version.updated 2',
      'version.promoted 2',
      'version.promoted 2',
      'tag.set 1',
      'tag.set 2',
      'tag.removed 2',
      'version.demoted 2',
      'version.archived 2',
      'version.duplicated 3',
      'version.deleted 3',
      'prompt.archived',
      'prompt.restored',
    ]);
    const find = (action: string, version: number) =>
      entries.find((entry) => entry.action === action && entry.version === version);
    expect(find('version.promoted', 2)).toMatchObject({
      details: { from: 'stable', to: 'live', replaced: 1 },
      actor: { kind: 'user', user_id: editor.id, api_key_id: null },
    });
    expect(find('version.created', 2)).toMatchObject({
      actor: { kind: 'api-key', user_id: null, api_key_id: allKey.id },
    });
    expect(find('tag.set', 2)).toMatchObject({ details: { tag: 'prod', from: 1, to: 2 } });
  });

  it('is read in pages, of a prompt or of a team', async () => {
    const { teamId, editor } = cast;
    const { id } = await newPrompt();
    for (let index = 0; index < 4; index += 1) await registry.prompts.createVersion(editor, id);
    const paged: string[] = [];
    let cursor = '';
    do {
      const { entries, next_cursor: next = '' } = await read(
        `/v1/prompts/${id}/audit?limit=2&cursor=${cursor}`,
      );
      paged.push(...entries.map((entry) => entry.id));
      cursor = next;
    } while (cursor !== '');
    expect(paged).toHaveLength(5);
    expect(paged).toEqual((await read(`/v1/prompts/${id}/audit`)).entries.map((entry) => entry.id));
    expect(
      (await read(`/v1/teams/${teamId}/prompts/audit?limit=5`)).entries.map((entry) => entry.id),
    ).toEqual(paged);
    const bad = async (query: string) =>
      errorOf(await registry.call(editor, 'GET', `/v1/prompts/${id}/audit?${query}`));
    for (const text of ['x', '-1', Buffer.from('9'.repeat(30)).toString('base64url')]) {
      expect(await bad(`cursor=${text}`)).toEqual(refused(400, 'invalid cursor'));
    }
    expect(await bad('limit=0')).toEqual(refused(400, 'invalid limit'));
  });

  it('tells both teams of a move', async () => {
    const target = await registry.tenancy.createTeam(cast.orgId);
    const mover = await registry.identity.register();
    for (const teamId of [cast.teamId, target]) await registry.tenancy.setMember(teamId, mover.id, 'admin');
    const { id } = await newPrompt();
    await registry.call(mover, 'POST', `/v1/prompts/${id}/move`, { team_id: target });
    const moves = async (teamId: string) => {
      const { body } = await registry.call(mover, 'GET', `/v1/teams/${teamId}/prompts/audit?limit=1`);
      return page
        .parse(body)
        .entries.map(({ action, details, prompt_id }) => ({ action, details, prompt_id }));
    };
    const details = { from: cast.teamId, to: target };
    expect(await moves(cast.teamId)).toEqual([{ action: 'prompt.moved_out', details, prompt_id: id }]);
    expect(await moves(target)).toEqual([{ action: 'prompt.moved_in', details, prompt_id: id }]);
  });
});

describe('usage', () => {
  const send = (
    process: string,
    window: number,
    versions: {
      prompt_id: string;
      number: number;
      renders: number;
      failures: number;
      latencies?: number[];
    }[],
    startedAt: string,
  ) =>
    bus.publish({
      subject: usageSubject(process),
      payload: encodeUsage({
        process,
        window,
        started_at: startedAt,
        ended_at: startedAt,
        versions: versions.map((version) => ({ latencies: [], ...version })),
        keys: [],
      }),
      revision: window,
      traceparent: undefined,
      // No message id: a repetition reaches the consumer.
      expectation: { messageId: randomUUID() },
    });

  it('is summed up by version and hour, each window once', async () => {
    const { id } = await newPrompt();
    const other = randomUUID();
    const process = randomUUID();
    const hour = '2026-03-01T10:00:00Z';
    const counts = [
      { prompt_id: id, number: 1, renders: 5, failures: 1 },
      { prompt_id: id, number: 2, renders: 7, failures: 0 },
      { prompt_id: other, number: 1, renders: 7, failures: 0 },
      { prompt_id: 'nonsense', number: 1, renders: 7, failures: 0 },
      { prompt_id: id, number: 2_147_483_648, renders: 7, failures: 0 },
    ];
    for (const window of [1, 1, 2]) await send(process, window, counts, '2026-03-01T10:59:59.999Z');
    await send(process, 3, counts, '2026-03-01T11:00:00.000Z');
    const read = (query: string) => registry.call(cast.viewer, 'GET', `/v1/prompts/${id}/usage${query}`);
    const unknown = { p50_ms: null, p95_ms: null, p99_ms: null };
    const expected = [
      { hour, version: 1, renders: 10, failures: 2, ...unknown },
      { hour, version: 2, renders: 14, failures: 0, ...unknown },
      { hour: '2026-03-01T11:00:00Z', version: 1, renders: 5, failures: 1, ...unknown },
      { hour: '2026-03-01T11:00:00Z', version: 2, renders: 7, failures: 0, ...unknown },
    ];
    await eventually(
      async () =>
        expect((await read('?from=2026-03-01T10:30:00Z&to=2026-03-02T00:00:00Z')).body).toEqual({
          usage: expected,
        }) ?? true,
    );
    expect((await read('?from=2026-03-01T11:00:00%2B01:00&to=2026-03-01T11:00:00Z')).body).toEqual({
      usage: expected.slice(0, 2),
    });
    expect((await read('')).body).toEqual({ usage: [] });
    for (const query of [
      '?from=x',
      '?to=2026',
      '?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z',
      '?from=0000-01-01T00:00:00Z&to=0000-01-02T00:00:00Z',
      '?from=2020-01-01T00:00:00Z',
    ]) {
      expect(errorOf(await read(query))).toEqual(refused(400, 'invalid time range'));
    }
  });

  it('says how long renders took, by the hour or by the day', async () => {
    const { id } = await newPrompt();
    const process = randomUUID();
    const count = (latencies: number[]) => [
      { prompt_id: id, number: 1, renders: latencies.reduce((a, b) => a + b, 0), failures: 0, latencies },
    ];
    // 90 renders of at most 31 µs, then 10 of more than 1 ms and at most 2 ms; an older process counts fewer buckets.
    await send(process, 1, count([90]), '2026-03-01T10:00:00Z');
    await send(process, 2, count([0, 0, 0, 0, 0, 0, 10]), '2026-03-01T23:00:00Z');
    await send(process, 3, count([...new Array(13).fill(0), 1, 1_000]), '2026-03-02T00:00:00Z');
    const read = (query: string) =>
      registry.call(
        cast.viewer,
        'GET',
        `/v1/prompts/${id}/usage?from=2026-03-01T12:00:00Z&to=2026-03-03T00:00:00Z${query}`,
      );
    const version = { version: 1, failures: 0 };
    const night = { p50_ms: 1.5, p95_ms: 1.95, p99_ms: 1.99 };
    const slow = {
      ...version,
      hour: '2026-03-02T00:00:00Z',
      renders: 1_001,
      p50_ms: 128,
      p95_ms: 128,
      p99_ms: 128,
    };
    await eventually(
      async () =>
        expect((await read('')).body).toEqual({
          usage: [{ ...version, hour: '2026-03-01T23:00:00Z', renders: 10, ...night }, slow],
        }) ?? true,
    );
    expect((await read('&step=day')).body).toEqual({
      usage: [
        { ...version, hour: '2026-03-01T00:00:00Z', renders: 100, p50_ms: 0.01736, p95_ms: 1.5, p99_ms: 1.9 },
        slow,
      ],
    });
    expect(errorOf(await read('&step=week'))).toEqual(refused(400, 'invalid step, must be hour or day'));
  });
});

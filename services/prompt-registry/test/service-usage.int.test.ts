/** Renders that applications report: counted with those of px0, and listed by service. */
import { randomUUID } from 'node:crypto';
import { encodeUsage, type UsageWindow, usageSubject, type Wire } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { rowsOnly } from '@px0/owner/testing';
import { silentLogger } from '@px0/service-kit';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../src/changes/mod.ts';
import { CountReported } from '../src/usage/count-reported.ts';
import { CountUsage } from '../src/usage/count-usage.ts';
import { deleteExpired } from '../src/usage/store.ts';
import { closeDays, sumDay } from '../src/usage-days/mod.ts';
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

const AN_HOUR_MS = 3_600_000;
const DAY_MS = 24 * AN_HOUR_MS;

/** Prompts with versions 1 and 2. */
const newPrompt = () =>
  registry.prompts.createWith(cast.editor, cast.teamId, {}, { template: 'one' }, { template: 'two' });

type Versions = UsageWindow['versions'];

interface Reported {
  readonly service?: string;
  readonly owner?: string;
  readonly endedAt?: Date;
  readonly serviceVersion?: string;
  readonly versions?: Versions;
  readonly fallbacks?: UsageWindow['fallbacks'];
}

function reported({
  service = 'checkout',
  owner = cast.orgId,
  endedAt = new Date(),
  serviceVersion = '',
  versions = [],
  fallbacks,
}: Reported): UsageWindow {
  return {
    process: randomUUID(),
    window: 1,
    started_at: new Date(endedAt.getTime() - 60_000).toISOString(),
    ended_at: endedAt.toISOString(),
    versions,
    ...(fallbacks !== undefined && { fallbacks }),
    keys: [],
    client: { owner, key_id: null, service, service_version: serviceVersion, sdk: 'px0-go/0.3.0' },
  };
}

function row(promptId: string, number: number, renders: number, more: Partial<Versions[number]> = {}) {
  return {
    prompt_id: promptId,
    number,
    renders,
    failures: 0,
    latencies: [renders],
    source: 'stream',
    ...more,
  };
}

const send = (window: UsageWindow) =>
  bus.publish({
    subject: usageSubject(window.process),
    payload: encodeUsage(window),
    revision: window.window,
    traceparent: undefined,
    // No message id: a repetition reaches the consumer.
    expectation: { messageId: randomUUID() },
  });

const servicesOf = async (promptId: string, query = ''): Promise<Wire<'PromptService'>[]> => {
  const { body } = await registry.call(cast.viewer, 'GET', `/v1/prompts/${promptId}/services${query}`);
  return (body as { services: Wire<'PromptService'>[] }).services;
};
const rendersOf = async (promptId: string, query = '') =>
  (await servicesOf(promptId, query)).map(({ service, version, source, renders }) => [
    service,
    version,
    source,
    renders,
  ]);

describe('what applications report', () => {
  it('is listed by service, version and source, each window once, and counted as usage', async () => {
    const id = await newPrompt();
    const endedAt = new Date(Date.now() - 1_000);
    const window = reported({
      endedAt,
      serviceVersion: '1.4.2',
      versions: [
        row(id, 1, 5, { failures: 1, variables: ['name', 'mood'] }),
        row(id, 2, 7, { source: 'snapshot' }),
        row(id, 99, 3),
        row(randomUUID(), 1, 3),
        row('nonsense', 1, 3),
      ],
      fallbacks: [{ prompt_id: id, renders: 2, failures: 0, variables: ['name'] }],
    });
    for (const again of [window, window, reported({ service: 'mailer', versions: [row(id, 1, 1)] })]) {
      await send(again);
    }
    await eventually(async () => (await servicesOf(id)).length === 4);
    const services = await servicesOf(id);
    expect(services[0]).toMatchObject({ service: 'mailer', version: 1, source: 'stream', renders: 1 });
    expect(services.slice(1)).toEqual([
      {
        service: 'checkout',
        version: 2,
        source: 'snapshot',
        renders: 7,
        failures: 0,
        first_seen_at: services[1]?.first_seen_at,
        last_seen_at: services[1]?.last_seen_at,
        service_version: '1.4.2',
        sdk: 'px0-go/0.3.0',
        variables: [],
      },
      expect.objectContaining({
        version: 1,
        source: 'stream',
        renders: 5,
        failures: 1,
        variables: ['mood', 'name'],
      }),
      expect.objectContaining({ version: null, source: 'fallback', renders: 2, variables: ['name'] }),
    ]);
    expect(Date.parse(services[1]?.last_seen_at ?? '')).toBe(endedAt.getTime());
    expect(Date.parse(services[1]?.first_seen_at ?? '')).toBe(endedAt.getTime() - 60_000);
    expect(await rendersOf(id, '?version=2')).toEqual([['checkout', 2, 'snapshot', 7]]);
    expect(await rendersOf(id, '?version=99')).toEqual([]);
    expect(await rendersOf(id, '?version=x')).toEqual([]);

    const { body } = await registry.call(cast.viewer, 'GET', `/v1/prompts/${id}/usage?step=day`);
    const { usage } = body as { usage: Wire<'PromptUsageHour'>[] };
    const total = (version: number) =>
      usage.filter((span) => span.version === version).reduce((sum, { renders }) => sum + renders, 0);
    expect([total(1), total(2), total(0), total(99)]).toEqual([6, 7, 0, 0]);
  });

  it('is summed up over days, with what is latest of the service', async () => {
    const id = await newPrompt();
    await send(reported({ versions: [row(id, 1, 1)], serviceVersion: 'newer' }));
    for (const days of [3, 20]) {
      const endedAt = new Date(Date.now() - days * DAY_MS);
      await send(reported({ endedAt, versions: [row(id, 1, 10)], serviceVersion: 'older' }));
    }
    await eventually(async () => (await servicesOf(id, '?days=90'))[0]?.renders === 21);
    expect(await servicesOf(id, '?days=90')).toMatchObject([{ renders: 21, service_version: 'newer' }]);
    expect(await rendersOf(id)).toEqual([['checkout', 1, 'stream', 11]]);
    expect((await servicesOf(id, '?days=2'))[0]?.renders).toBe(1);
  });

  it('may have a version, a fallback, a service or a name of a variable in it more than once', async () => {
    const id = await newPrompt();
    const fallback = { prompt_id: id, renders: 1, failures: 0, variables: ['a', 'a'] };
    await send(
      reported({
        versions: [
          row(id, 1, 2, { variables: ['b', 'a', 'b'] }),
          row(id, 1, 3, { variables: ['c', 'b'] }),
          row(id, 1, 4, { source: 'poll' }),
        ],
        fallbacks: [fallback, fallback],
      }),
    );
    const { client: _, ...own } = reported({});
    // Of two names that are too long the same is left.
    const long = 'x'.repeat(128);
    const services = [`${long}1`, `${long}2`, long].map((service) => ({ service, renders: 1, failures: 0 }));
    const live = { prompt_id: id, number: 1, renders: 3, failures: 0, latencies: [3], services };
    await send({ ...own, versions: [live, live] });
    await eventually(async () => (await servicesOf(id)).length === 4);
    expect((await rendersOf(id)).toSorted()).toEqual([
      ['checkout', null, 'fallback', 2],
      ['checkout', 1, 'poll', 4],
      ['checkout', 1, 'stream', 5],
      [long, 1, 'live', 6],
    ]);
    const [known] = (await servicesOf(id)).filter(({ source }) => source === 'stream');
    expect(known?.variables).toEqual(['a', 'b', 'c']);
    const { body } = await registry.call(cast.viewer, 'GET', `/v1/prompts/${id}/usage`);
    expect(body).toMatchObject({ usage: [{ version: 1, renders: 15 }] });
  });

  it('names the services of renders that px0 made, which it counts once', async () => {
    const id = await newPrompt();
    const { client: _, ...window } = reported({});
    const services = [{ service: 'checkout', renders: 3, failures: 1 }];
    await send({
      ...window,
      versions: [{ prompt_id: id, number: 1, renders: 5, failures: 1, latencies: [], services }],
    });
    await eventually(async () => (await servicesOf(id)).length === 1);
    expect(await servicesOf(id)).toMatchObject([
      { service: 'checkout', version: 1, source: 'live', renders: 3, failures: 1, sdk: null },
    ]);
    const { body } = await registry.call(cast.viewer, 'GET', `/v1/prompts/${id}/usage`);
    expect(body).toMatchObject({ usage: [{ renders: 5, failures: 1 }] });
  });

  it('is listed by team', async () => {
    const team = await registry.tenancy.createTeam(cast.orgId);
    const editor = await registry.identity.register();
    await registry.tenancy.setMember(team, editor.id, 'editor');
    const create = () => registry.prompts.createWith(editor, team, {}, { template: 'one' });
    const [first, second] = [await create(), await create()];
    await send(
      reported({
        versions: [row(first, 1, 4), row(second, 1, 2)],
        fallbacks: [{ prompt_id: first, renders: 1, failures: 0 }],
      }),
    );
    const read = (caller: Bearer, query = '') =>
      registry.call(caller, 'GET', `/v1/teams/${team}/services${query}`);
    const expected = { service: 'checkout', prompts: 2, renders: 7, fallbacks: 1, sdk: 'px0-go/0.3.0' };
    await eventually(
      async () => expect((await read(editor)).body).toMatchObject({ services: [expected] }) ?? true,
    );
    expect(errorOf(await read(cast.outsider, '?days=0'))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await read(editor, '?days=0'))).toEqual(refused(400, 'invalid time range'));
    expect(errorOf(await registry.call(editor, 'GET', '/v1/teams/x/services?days=0'))).toEqual(
      refused(400, 'invalid id'),
    );
  });

  it('is refused to others before the days are looked at', async () => {
    const id = await newPrompt();
    const read = (caller: Bearer, prompt: string, days: string) =>
      registry.call(caller, 'GET', `/v1/prompts/${prompt}/services?days=${days}`);
    expect(errorOf(await read(cast.viewer, 'x', '0'))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await read(cast.outsider, id, '0'))).toEqual(refused(404, 'prompt not found'));
    for (const days of ['0', '91', '1.5', 'x', '-1', '007']) {
      expect(errorOf(await read(cast.viewer, id, days)), days).toEqual(refused(400, 'invalid time range'));
    }
    for (const days of ['', '1', '90'])
      expect((await read(cast.viewer, id, days)).body, days).toEqual({ services: [] });
  });

  it('calls services others when there are too many of them, and forgets names beyond a bound', async () => {
    const id = await newPrompt();
    for (const first of [0, 150]) {
      for (let number = first; number < first + 150; number += 1) {
        const variables = Array.from({ length: 64 }, (_, index) => `${number}.${index}`);
        const service = number % 10 === 0 ? 'talkative' : `service ${number}`;
        await send(reported({ service, versions: [row(id, 1, 1, { variables })] }));
      }
    }
    const total = async () => (await servicesOf(id)).reduce((sum, { renders }) => sum + renders, 0);
    await eventually(async () => (await total()) === 300);
    const services = await servicesOf(id);
    const named = services.filter(({ service }) => service !== 'other');
    expect(named.length).toBe(200);
    expect(services.find(({ service }) => service === 'talkative')?.variables.length).toBe(512);
  });
});

describe('the renders of a team’s prompts', () => {
  const counting = () => {
    const { database } = rowsOnly(registry.pool, rules);
    return {
      database,
      usage: new CountUsage({ database, logger: silentLogger(), onReported: () => undefined }),
    };
  };
  /** A window of one of px0's own processes. */
  const rendered = (daysAgo: number, versions: Versions): UsageWindow => {
    const { client: _, ...window } = reported({ versions });
    // In a moment of that day, also in the first minute of today.
    const at = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
    return { ...window, started_at: at, ended_at: at };
  };
  const usageOf = async (by: Bearer, teamId: string, query = '') => {
    const { status, body } = await registry.call(by, 'GET', `/v1/teams/${teamId}/usage${query}`);
    expect(status).toBe(200);
    return (body as { usage: Wire<'TeamUsage'> }).usage;
  };
  const live = (by: Bearer, teamId: string, name: string) =>
    registry.prompts.createWith(by, teamId, { name }, { template: name });

  it('are summed by day; who is rendered most, who fails, and who is not rendered', async () => {
    const { admin, editor, viewer, teamId } = await registry.cast();
    const { usage } = counting();
    const busy = await live(editor, teamId, 'busy');
    const failing = await live(editor, teamId, 'failing');
    const idle = await live(editor, teamId, 'idle');
    const draft = await registry.prompts.create(editor, teamId, { name: 'a draft' });
    const shelved = await registry.prompts.create(editor, teamId, { name: 'shelved' });
    expect((await registry.call(cast.viewer, 'GET', `/v1/teams/${teamId}/usage`)).status).toBe(403);
    expect((await registry.call(admin, 'POST', `/v1/prompts/${shelved.id}/archive`)).status).toBe(200);
    await usage.run([
      rendered(0, [row(busy, 1, 10), row(failing, 1, 2, { failures: 3 })]),
      rendered(1, [row(busy, 1, 5)]),
      rendered(6, [row(busy, 1, 1)]),
      rendered(40, [row(idle, 1, 7)]),
    ]);
    const month = await usageOf(viewer, teamId);
    expect(month).toMatchObject({ renders: 18, failures: 3, rendered_prompts: 2 });
    expect(month.daily).toHaveLength(30);
    expect(month.daily.slice(-2)).toMatchObject([
      { renders: 5, failures: 0 },
      { renders: 12, failures: 3 },
    ]);
    expect(month.daily.at(-1)?.day).toBe(new Date().toISOString().slice(0, 10));
    expect(month.most_rendered).toMatchObject([
      { prompt_id: busy, slug: 'busy', name: 'busy', live_version: 1, renders: 16, failures: 0 },
      { prompt_id: failing, renders: 2, failures: 3 },
    ]);
    expect(month.most_failing.map(({ slug }) => slug)).toEqual(['failing']);
    const names = month.unused.map(({ name }) => name);
    expect(names.slice(0, 1)).toEqual(['idle']);
    expect(names).toEqual(expect.arrayContaining(['a draft']));
    expect(names).not.toContain('shelved');
    expect(month.unused_prompts).toBe(names.length);
    expect(month.unused[0]).toMatchObject({ prompt_id: idle, live_version: 1, renders: 0 });
    expect(Date.parse(month.unused[0]?.last_rendered_at ?? '')).toBeLessThan(Date.now() - 39 * DAY_MS);
    expect(month.unused.find(({ prompt_id }) => prompt_id === draft.id)).toMatchObject({
      live_version: null,
      last_rendered_at: null,
    });
    expect(await usageOf(viewer, teamId, '?days=2')).toMatchObject({ renders: 17, failures: 3 });
    expect(await usageOf(viewer, teamId, '?days=90')).toMatchObject({ renders: 25, rendered_prompts: 3 });
    for (const days of ['0', '91', '-1', '1.5', 'x']) {
      const reply = await registry.call(viewer, 'GET', `/v1/teams/${teamId}/usage?days=${days}`);
      expect(errorOf(reply)).toEqual(refused(400, 'invalid time range'));
    }

    const listed = await registry.call(
      viewer,
      'GET',
      `/v1/teams/${teamId}/prompts?include=summary&sort=name`,
    );
    const { prompts } = listed.body as { prompts: Wire<'Prompt'>[] };
    const summary = prompts.find(({ id }) => id === busy)?.summary?.usage;
    expect(summary).toMatchObject({ renders: 16, failures: 0 });
    expect(summary?.daily).toHaveLength(30);
    expect([29, 28, 27, 23].map((day) => summary?.daily[day])).toEqual([10, 5, 0, 1]);
  });

  it('are those of the sums once a day is over, which begin anew when something counts late', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const { database, usage } = counting();
    const id = await live(editor, teamId, 'late');
    const renders = async () => (await usageOf(viewer, teamId)).renders;
    const sums = async () => {
      while ((await sumDay(database)) || (await closeDays(database, 30)));
    };
    await usage.run([rendered(10, [row(id, 1, 4)]), rendered(0, [row(id, 1, 1)])]);
    expect(await renders()).toBe(5);
    await sums();
    expect(await renders()).toBe(5);
    // The hours of that day are not read any more.
    await registry.pool.query(
      `DELETE FROM render_usage WHERE prompt_id = $1 AND hour < now() - interval '5 days'`,
      [id],
    );
    expect(await renders()).toBe(5);
    await usage.run([rendered(10, [row(id, 1, 3)])]);
    expect(await renders()).toBe(4);
    await sums();
    expect(await renders()).toBe(4);
    const { rows } = await registry.pool.query(
      `SELECT count(*)::int AS open FROM summed_usage_days WHERE day > (now() AT TIME ZONE 'UTC')::date - 3`,
    );
    expect(rows).toEqual([{ open: 0 }]);
    await deleteExpired(database, 7);
    expect(await renders()).toBe(1);
  });

  it('are counted late for several days at once, whose sums are locked in their order', async () => {
    const { editor, viewer, orgId, teamId } = await registry.cast();
    const { database, usage } = counting();
    const id = await live(editor, teamId, 'many days');
    const ages = [20, 8, 14, 26, 5, 23, 11, 17];
    const dayOf = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
    const days = ages.map(dayOf);
    await registry.pool.query('DELETE FROM summed_usage_days');
    await registry.pool.query(
      'INSERT INTO summed_usage_days (day, summed) SELECT d, true FROM unnest($1::date[]) AS d',
      [days],
    );
    const gate = await registry.pool.connect();
    try {
      await gate.query('BEGIN');
      const { rows } = await gate.query<{ pid: number }>(
        'SELECT pg_backend_pid() AS pid FROM summed_usage_days WHERE day = $1 FOR UPDATE',
        [dayOf(14)],
      );
      const late = (daysAgo: number) =>
        reported({
          owner: orgId,
          endedAt: new Date(Date.now() - daysAgo * DAY_MS),
          versions: [row(id, 1, 1)],
        });
      await usage.run(ages.map(late));
      // The registry itself may be faster: nothing else counts then.
      const counted = new CountReported(database).turn();
      const waits = 'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
      await expect
        .poll(async () => (await registry.pool.query(waits, [rows[0]?.pid])).rowCount, { timeout: 30_000 })
        .toBe(1);
      const free = await registry.pool.query<{ day: string }>(
        'SELECT day::text AS day FROM summed_usage_days WHERE day = ANY ($1::date[]) FOR UPDATE SKIP LOCKED',
        [days],
      );
      expect(free.rows.map(({ day }) => day).toSorted()).toEqual([11, 8, 5].map(dayOf));
      await gate.query('COMMIT');
      await counted;
    } finally {
      gate.release();
    }
    await expect
      .poll(async () => (await usageOf(viewer, teamId)).renders, { timeout: 30_000 })
      .toBe(ages.length);
  });
});

describe('the breakdown of usage', () => {
  const breakdownOf = async (promptId: string, query = ''): Promise<Wire<'UsageBreakdown'>> => {
    const path = `/v1/prompts/${promptId}/usage/breakdown${query}`;
    const { body } = await registry.call(cast.viewer, 'GET', path);
    return (body as { breakdown: Wire<'UsageBreakdown'> }).breakdown;
  };
  const own = () => {
    const { client: _, ...window } = reported({});
    return window;
  };
  const [first, second] = [randomUUID(), randomUUID()];

  it('lists keys by version, those of applications that render by themselves, too', async () => {
    const id = await newPrompt();
    const callers = [
      { key_id: first, renders: 2, failures: 1 },
      { key_id: null, renders: 3, failures: 0 },
      { key_id: 'nonsense', renders: 1, failures: 0 },
    ];
    const live = { prompt_id: id, number: 1, renders: 6, failures: 1, latencies: [], callers };
    const window = { ...own(), versions: [live, { ...live, number: 99 }] };
    for (const again of [window, window]) await send(again);
    const { client, ...other } = reported({ versions: [row(id, 2, 7)] });
    await send({ ...other, ...(client && { client: { ...client, key_id: second } }) });
    await send({ ...own(), versions: [{ ...live, callers: callers.slice(0, 1) }] });
    await eventually(async () => {
      const found = await breakdownOf(id);
      return found.callers.reduce((sum, { renders }) => sum + renders, 0) === 14;
    });
    const { callers: found } = await breakdownOf(id);
    expect(found.map(({ last_seen_at: _, ...caller }) => caller)).toEqual(
      expect.arrayContaining([
        { api_key_id: first, version: 1, renders: 4, failures: 2 },
        { api_key_id: second, version: 2, renders: 7, failures: 0 },
        { api_key_id: null, version: 1, renders: 3, failures: 0 },
      ]),
    );
    expect(found).toHaveLength(3);
  });

  it('lists the reasons of failures, the most frequent first, and counts those beyond a bound without them', async () => {
    const id = await newPrompt();
    const failing = (number: number, ...reasons: (readonly [reason: string, failures: number])[]) => ({
      prompt_id: id,
      number,
      renders: 0,
      failures: 200,
      latencies: [],
      reasons: reasons.map(([reason, failures]) => ({ reason, failures })),
    });
    await send({
      ...own(),
      versions: [failing(1, ['no name', 2], ['no mood', 1]), failing(2, ['no name', 4])],
    });
    await send({ ...own(), versions: [failing(1, ['no mood', 9])] });
    const total = async () =>
      (await breakdownOf(id)).failures.reduce((sum, { failures }) => sum + failures, 0);
    await eventually(async () => (await total()) === 16);
    expect((await breakdownOf(id)).failures.map(({ last_seen_at: _, ...one }) => one)).toEqual([
      { version: 1, reason: 'no mood', failures: 10 },
      { version: 2, reason: 'no name', failures: 4 },
      { version: 1, reason: 'no name', failures: 2 },
    ]);
    const many = Array.from({ length: 200 }, (_, at) => [`reason ${at}`, 1] as const);
    await send({ ...own(), versions: [failing(1, ...many)] });
    const { rows } = await eventually(async () => {
      const stored = await registry.pool.query<{ reason: string; failures: number }>(
        'SELECT reason, failures::int FROM failure_usage WHERE prompt_id = $1 AND version = 1 ORDER BY reason',
        [id],
      );
      return stored.rows.length > 2 ? stored : undefined;
    });
    expect(rows[0]).toEqual({ reason: '', failures: 102 });
    expect(rows).toHaveLength(101);
  });

  it('is refused to others before the days are looked at', async () => {
    const id = await newPrompt();
    const read = (caller: Bearer, prompt: string, days: string) =>
      registry.call(caller, 'GET', `/v1/prompts/${prompt}/usage/breakdown?days=${days}`);
    expect(errorOf(await read(cast.viewer, 'x', '0'))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await read(cast.outsider, id, '0'))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await read(cast.viewer, id, '0'))).toEqual(refused(400, 'invalid time range'));
    expect((await read(cast.viewer, id, '90')).body).toEqual({ breakdown: { callers: [], failures: [] } });
  });
});

describe('turns', () => {
  const ids: string[] = [];
  // Last in this file: the service would take turns, too.
  beforeAll(async () => {
    for (let made = 0; made < 2; made += 1) ids.push(await newPrompt());
    await registry.stopService();
  });
  const emptied = async () => {
    const { database } = rowsOnly(registry.pool, rules);
    await registry.pool.query('DELETE FROM reported_windows');
    const counting = new CountUsage({ database, logger: silentLogger(), onReported: () => undefined });
    return { database, counting, turns: new CountReported(database) };
  };
  const waitingOf = async (owner: string): Promise<number> => {
    const { rows } = await registry.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM reported_windows WHERE owner = $1',
      [owner],
    );
    return rows[0]?.count ?? 0;
  };

  it('are one organization’s and then another’s, however much waits', async () => {
    const [id = ''] = ids;
    const { counting, turns } = await emptied();
    const many = Array.from({ length: 250 }, () => reported({ owner: 'busy', versions: [row(id, 1, 1)] }));
    await counting.run(many);
    await counting.run(many);
    await counting.run([reported({ owner: 'calm', service: 'calm', versions: [row(id, 1, 1)] })]);
    expect([await waitingOf('busy'), await waitingOf('calm')]).toEqual([250, 1]);
    expect([await turns.turn(), await turns.turn()]).toEqual([100, 1]);
    expect([await waitingOf('busy'), await waitingOf('calm')]).toEqual([150, 0]);
    expect([await turns.turn(), await turns.turn(), await turns.turn()]).toEqual([100, 50, 0]);
    const { rows } = await registry.pool.query(
      'SELECT service, renders::int FROM service_usage WHERE prompt_id = $1 ORDER BY service',
      [id],
    );
    expect(rows).toEqual([
      { service: 'calm', renders: 1 },
      { service: 'checkout', renders: 250 },
    ]);
  });

  it('know windows again in whatever order they come, and take none twice when too many are missing', async () => {
    const { counting, turns } = await emptied();
    const window = reported({ owner: 'calm' });
    const run = (...numbers: number[]) =>
      counting.run(numbers.map((number) => ({ ...window, window: number })));
    for (const numbers of [[3], [1, 3], [2, 1], [3, 2]]) await run(...numbers);
    expect([await waitingOf('calm'), await turns.turn()]).toEqual([3, 3]);
    const odd = Array.from({ length: 600 }, (_, index) => 2 * index + 5);
    await run(...odd);
    await run(2_001);
    await run(6, 2_001, 2_002);
    expect(await waitingOf('calm')).toBe(602);
  });

  it('go on when windows of one organization cannot be counted', async () => {
    const { counting, turns } = await emptied();
    await registry.pool.query(
      `INSERT INTO reported_windows (owner, body, bytes) VALUES ('broken', '{"started":"never"}', 1)`,
    );
    await counting.run([reported({ owner: 'calm' })]);
    await expect(turns.turn()).rejects.toThrow('never');
    expect(await turns.turn()).toBe(1);
    expect([await waitingOf('broken'), await waitingOf('calm')]).toEqual([1, 0]);
  });

  it('have a bound for what waits of one organization, which is no bound for others', async () => {
    const { counting } = await emptied();
    await registry.pool.query(
      `INSERT INTO reported_windows (owner, body, bytes) SELECT 'full', '{}', 2 FROM generate_series(1, 10000)`,
    );
    await registry.pool.query(
      `INSERT INTO reported_windows (owner, body, bytes) VALUES ('large', '{}', 67108864)`,
    );
    await counting.run(['full', 'large', 'calm'].map((owner) => reported({ owner })));
    const waiting = [await waitingOf('full'), await waitingOf('large'), await waitingOf('calm')];
    expect(waiting).toEqual([10_000, 1, 1]);
  });

  it('leave nothing behind that is older than the retention, or of a prompt that is gone', async () => {
    const [gone = '', kept = ''] = ids;
    const { database, counting, turns } = await emptied();
    for (const id of [kept, gone]) {
      for (const [service, days] of [
        ['today', 0],
        ['past', 9],
      ] as const) {
        const versions = [row(id, 1, 1, { variables: [service] })];
        const endedAt = new Date(Date.now() - days * DAY_MS);
        await counting.run([reported({ service, endedAt, versions })]);
      }
    }
    await counting.run([reported({ owner: 'old' })]);
    await turns.turn();
    await registry.pool.query(
      `INSERT INTO reported_windows (owner, body, bytes, received_at) VALUES ('old', '{}', 2, now() - interval '3 days')`,
    );
    await registry.pool.query('DELETE FROM prompts WHERE id = $1', [gone]);
    await deleteExpired(database, 7);
    const left = async (table: string) => {
      const { rows } = await registry.pool.query<{ service: string }>(
        `SELECT service FROM ${table} WHERE prompt_id = ANY($1)`,
        [[kept, gone]],
      );
      return rows.map(({ service }) => service);
    };
    expect([await left('service_usage'), await left('service_variables')]).toEqual([['today'], ['today']]);
    expect(await waitingOf('old')).toBe(1);
  });
});

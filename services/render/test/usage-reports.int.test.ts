import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type RequestOf, type routes, usageLatencyBoundsMs, usageLimits } from '@px0/contracts';
import { expectDescribed } from '@px0/contracts/response-check';
import { eventually, type OwnNats, ownNats } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedUsage } from './published-usage.ts';
import { RenderFixture } from './render-fixture.ts';

type Report = RequestOf<typeof routes.reportUsage>['reports'][number];
type Row = Report['rows'][number];

let render: RenderFixture;
let home: { orgId: string; teamId: string };
let key: { id: string; token: string };
let greeting: string;
let foreign: string;

const versions = [
  { number: 1, template: 'old' },
  { number: 7, template: 'Hi {{.name}}', status: 'live' as const },
];

beforeAll(async () => {
  render = await RenderFixture.start({ USAGE_FLUSH_MS: '100' });
  home = await render.organization();
  key = await render.identity.createKey(home.orgId, { operation: 'read_render' });
  greeting = await render.prompt({ teamId: home.teamId, slug: 'greeting', versions });
  const other = await render.organization();
  foreign = await render.prompt({ teamId: other.teamId, slug: 'foreign', versions });
  await render.caughtUp(key.token);
});
afterAll(() => render.stop());

function row(facts: Partial<Row> = {}): Row {
  return {
    prompt_id: greeting,
    slug: 'greeting',
    version: 7,
    source: 'stream',
    renders: 4,
    failures: 1,
    ...facts,
  };
}

function report(rows: readonly Row[], facts: Partial<Report> = {}): Report {
  const now = Date.now();
  return {
    process: randomUUID(),
    window: 1,
    started_at: new Date(now - 60_000).toISOString(),
    ended_at: new Date(now).toISOString(),
    service: { name: 'checkout', version: '1.4.2' },
    sdk: 'px0-typescript/0.3.0',
    rows: [...rows],
    ...facts,
  };
}

interface Answer {
  readonly status: number;
  readonly error: string | undefined;
  readonly dropped: string | null;
  readonly headers: Headers;
}

/** Fails on an answer that the API description does not know. */
async function send(
  body: string | Buffer,
  {
    token = key.token,
    headers = {},
    url = render.url,
  }: { token?: string; headers?: Record<string, string>; url?: string } = {},
): Promise<Answer> {
  const path = '/v1/delivery/usage';
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
  });
  const text = await response.text();
  expectDescribed({ method: 'POST', path, status: response.status, headers: response.headers, text });
  const error = text === '' ? undefined : (JSON.parse(text) as { error?: string }).error;
  return {
    status: response.status,
    error,
    dropped: response.headers.get('px0-dropped'),
    headers: response.headers,
  };
}

/** Reports, and expects so many rows to be dropped. */
async function reported(reports: readonly Report[], dropped = 0, token = key.token): Promise<void> {
  const answer = await send(JSON.stringify({ reports }), { token });
  expect([answer.status, answer.dropped]).toEqual([204, dropped === 0 ? null : String(dropped)]);
}

/** What clients have reported, by the name of the service. */
async function windowsOf(service: string) {
  return (await publishedUsage(render.bus)).filter(({ client }) => client?.service === service);
}

const latencies = usageLatencyBoundsMs.map((_, index) => index).concat(99);

describe('a report', () => {
  it('is one message, of the service that made it, under a process that only its key has', async () => {
    const service = { name: 'one', version: '2.0' };
    const [first, second] = [
      report(
        [row({ latencies, variables: ['name', 'mood', 'name'] }), row({ version: 1, source: 'fetched' })],
        { service },
      ),
      report([row({ source: 'snapshot' })], { service, window: 2 }),
    ];
    await reported([first, second]);
    const [one, two] = await windowsOf('one');
    expect(one).toEqual({
      process: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      window: 1,
      started_at: first.started_at,
      ended_at: first.ended_at,
      versions: [
        {
          prompt_id: greeting,
          number: 7,
          renders: 4,
          failures: 1,
          latencies,
          source: 'stream',
          variables: ['name', 'mood'],
        },
        {
          prompt_id: greeting,
          number: 1,
          renders: 4,
          failures: 1,
          latencies: latencies.map(() => 0),
          source: 'fetched',
          variables: [],
        },
      ],
      fallbacks: [],
      client: {
        owner: home.orgId,
        key_id: key.id,
        service: 'one',
        service_version: '2.0',
        sdk: 'px0-typescript/0.3.0',
      },
      keys: [],
    });
    expect(two).toMatchObject({ window: 2, versions: [{ source: 'snapshot' }] });
    expect(two?.process).not.toBe(one?.process);
  });

  it('that comes again is the same message, and that of another caller never is', async () => {
    const another = await render.identity.createKey(home.orgId, { operation: 'read_render' });
    const user = await render.identity.register();
    await render.member(home.teamId, user.id);
    await render.caughtUp(user.token);
    const again = report([row()], { service: { name: 'again' } });
    await reported([again]);
    await reported([again]);
    await reported([again], 0, another.token);
    await reported([again], 0, user.token);
    const windows = await windowsOf('again');
    expect(windows.map(({ client }) => [client?.owner, client?.key_id])).toEqual([
      [home.orgId, key.id],
      [home.orgId, another.id],
      [user.id, null],
    ]);
    expect(new Set(windows.map(({ process }) => process)).size).toBe(3);
    expect(windows.map(({ process }) => process)).not.toContain(again.process);
  });

  it('names a fallback, and a version whose id the client does not know, by the slug', async () => {
    const service = { name: 'by slug' };
    const bySlug = { prompt_id: null, renders: 2, failures: 0 };
    await reported(
      [
        report(
          [
            row({ ...bySlug, version: null, source: 'fallback', variables: ['name'] }),
            row({ ...bySlug, source: 'cache' }),
            row({ ...bySlug, slug: 'foreign', version: null, source: 'fallback' }),
            row({ ...bySlug, slug: 'nobody_has_it', version: null, source: 'fallback' }),
            row({ ...bySlug, version: 7, source: 'fallback' }),
            row({ ...bySlug, version: null, source: 'cache' }),
          ],
          { service },
        ),
      ],
      4,
    );
    expect(await windowsOf('by slug')).toMatchObject([
      {
        versions: [{ prompt_id: greeting, number: 7, source: 'cache', renders: 2 }],
        fallbacks: [{ prompt_id: greeting, renders: 2, failures: 0, variables: ['name'] }],
      },
    ]);
  });

  it('has what it cannot count dropped row by row', async () => {
    const most = usageLimits.count;
    const longName = 'x'.repeat(usageLimits.variableName);
    const many = Array.from({ length: usageLimits.variables + 1 }, (_, i) => `v${i}`);
    const bad: readonly Partial<Row>[] = [
      { prompt_id: foreign, slug: 'foreign' },
      { prompt_id: randomUUID() },
      { prompt_id: 'greeting' },
      { version: 2 },
      { version: 0 },
      { version: null },
      { source: 'live' as 'stream' },
      { renders: -1 },
      { failures: most + 1 },
      { latencies: latencies.slice(1) },
      { latencies: latencies.map(() => -1) },
      { variables: many },
      { variables: [`${longName}x`] },
    ];
    const good = [
      row({ renders: most, failures: 0, variables: [...many.slice(1, -1), longName] }),
      row({ renders: 0 }),
    ];
    const rows = bad.map(row).flatMap((one, index) => (index === 5 ? [one, ...good] : [one]));
    await reported([report(rows, { service: { name: 'dropping' } })], bad.length);
    const [window] = await windowsOf('dropping');
    expect(window?.versions.map(({ renders }) => renders)).toEqual([most, 0]);
  });

  it('counts for the prompts of the teams that its key has', async () => {
    const team = await render.team(home.orgId);
    const scope = { kind: 'teams' as const, team_ids: [team] };
    const narrow = await render.identity.createKey(home.orgId, { scope });
    const own = await render.prompt({ teamId: team, slug: 'of_a_team', versions });
    await render.caughtUp(narrow.token);
    const bySlug = { prompt_id: null, version: null, source: 'fallback' } as const;
    const rows = [row(), row({ prompt_id: own }), row(bySlug), row({ ...bySlug, slug: 'of_a_team' })];
    await reported([report(rows, { service: { name: 'narrow' } })], 2, narrow.token);
    const [window] = await windowsOf('narrow');
    expect(window?.versions.map(({ prompt_id }) => prompt_id)).toEqual([own]);
    expect(window?.fallbacks?.map(({ prompt_id }) => prompt_id)).toEqual([own]);
  });

  it('is dropped whole with times that cannot be, and the others are counted', async () => {
    const service = { name: 'times' };
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const spans: readonly (readonly [number, number])[] = [
      [-70, -5],
      [1, 0],
      [-1_450, -1_445],
      [0, 6],
    ];
    const bad = spans.map(([from, to]) =>
      report([row(), row()], { service, started_at: at(from), ended_at: at(to) }),
    );
    const others = [
      { started_at: 'yesterday' },
      { ended_at: '' },
      { window: 0 },
      { window: -1 },
      { window: 1.5 },
      { window: 2 ** 53 },
    ];
    bad.push(...others.map((facts) => report([row(), row()], { service, ...facts })));
    const good = [
      report([row()], { service, started_at: at(-1_435), ended_at: at(-1_430) }),
      report([row()], { service, ended_at: at(4) }),
    ];
    await reported([...bad, ...good], 2 * bad.length);
    expect(await windowsOf('times')).toHaveLength(2);
  });

  it('of more rows than it may have is counted to there; a large one is parsed in a worker thread', async () => {
    const rows = Array.from({ length: usageLimits.rows + 3 }, (_, i) => row({ renders: i, latencies }));
    await reported([report(rows, { service: { name: 'large' } })], 3);
    const [window] = await windowsOf('large');
    expect(window?.versions.map(({ renders }) => renders)).toEqual(
      rows.slice(0, -3).map((_, index) => index),
    );
  });

  it('has its names cut to what can be listed', async () => {
    const service = {
      name: `  cut\u0000${'é'.repeat(200)}`.replace('\u0000', '\u0007'),
      version: '9'.repeat(100),
    };
    await reported([report([row()], { service, sdk: '\n' })]);
    await reported([report([row()], { service: { name: 'nothing else' }, sdk: 's'.repeat(100) })]);
    const name = `cut${'é'.repeat(usageLimits.serviceName - 3)}`;
    expect((await windowsOf(name))[0]?.client).toMatchObject({ service_version: '9'.repeat(64), sdk: '' });
    expect((await windowsOf('nothing else'))[0]?.client).toMatchObject({
      service_version: '',
      sdk: 's'.repeat(64),
    });
  });

  it('has control characters in its names replaced, and nothing of it is lost for them', async () => {
    const service = { name: 'control\u0000', version: '\u00001' };
    const rows = [
      row({ variables: ['a\u0000', 'a\u001b', 'b', 'می‌شود', '\ud800'] }),
      row({ prompt_id: null, slug: 'greeting\u0000', version: null, source: 'fallback' }),
    ];
    await reported([report(rows, { service, sdk: '\u0000sdk' })], 1);
    const [window] = await windowsOf('control');
    expect(window?.client).toMatchObject({ service_version: '1', sdk: 'sdk' });
    expect(window?.versions[0]?.variables).toEqual(['a\ufffd', 'b', 'می‌شود', '\ufffd']);
  });
});

describe('a request', () => {
  it('is refused without a credential, or with one that is none', async () => {
    const body = JSON.stringify({ reports: [report([row()])] });
    for (const token of ['', 'px0_none']) {
      const { status, error, headers } = await send(body, { token });
      expect([status, error, headers.has('px0-revision')]).toEqual([401, 'unauthorized', true]);
    }
  });

  it('counts as a use of its key', async () => {
    const own = await render.identity.createKey(home.orgId, { operation: 'read_render' });
    await render.caughtUp(own.token);
    const since = Date.now();
    await reported([report([row()])], 0, own.token);
    await eventually(async () =>
      (await publishedUsage(render.bus))
        .flatMap(({ keys }) => keys)
        .some(({ key_id, last_used_at }) => key_id === own.id && Date.parse(last_used_at) >= since),
    );
  });

  it.each([
    ['no JSON', '{', 'invalid request body'],
    ['a list', '[]', 'invalid request body'],
    [
      'counts that are texts',
      JSON.stringify({ reports: [{ rows: [{ renders: 'x' }] }] }),
      'invalid request body',
    ],
    [
      'many counts that are texts',
      JSON.stringify({ reports: [{ rows: [{ latencies: Array(7_000).fill('x') }] }] }),
      'invalid request body',
    ],
    ['no reports', '{}', 'reports is required'],
    ['no list of reports', '{"reports":null}', 'reports is required'],
    [
      'too many reports',
      JSON.stringify({ reports: Array(21).fill({}) }),
      'reports must have at most 20 items',
    ],
    [
      'far too many reports',
      JSON.stringify({ reports: Array(7_000).fill({}) }),
      'reports must have at most 20 items',
    ],
  ])('with %s is refused', async (_, body, error) => {
    expect(await send(body)).toMatchObject({ status: 400, error });
  });

  it('without a row, or with reports that say nothing, changes nothing', async () => {
    expect(await send('{"reports":[]}')).toMatchObject({ status: 204, dropped: null });
    expect(await send('{"reports":[{},{"rows":[{}]}]}')).toMatchObject({ status: 204, dropped: '1' });
  });

  it('of more than a mebibyte is refused, compressed or not', async () => {
    const body = (bytes: number) => {
      const text = '{"reports":[]}';
      return text.padEnd(bytes);
    };
    const { bodyBytes } = usageLimits;
    const gzip = { 'content-encoding': 'gzip' };
    expect((await send(body(bodyBytes))).status).toBe(204);
    expect((await send(gzipSync(body(bodyBytes)), { headers: gzip })).status).toBe(204);
    const refused = { status: 413, error: 'request body too large' };
    expect(await send(body(bodyBytes + 1))).toMatchObject(refused);
    expect(await send(gzipSync(body(bodyBytes + 1)), { headers: gzip })).toMatchObject(refused);
  });
});

describe('an organization that reports without end', () => {
  it('is refused, while others are not, however much it goes on', async () => {
    const noisy = await render.organization();
    const { token } = await render.identity.createKey(noisy.orgId, { operation: 'read_render' });
    await render.caughtUp(token);
    // Each row of which looks a slug up, in vain.
    const rows = Array.from({ length: usageLimits.rows }, () => row({ prompt_id: null }));
    const large = JSON.stringify({ reports: [report(rows)] }).padEnd(usageLimits.bodyBytes);
    const statuses = new Set<number>();
    let isOver = false;
    const flood = async () => {
      while (!isOver) statuses.add((await send(large, { token })).status);
    };
    const floods = Array.from({ length: 8 }, flood);
    try {
      await eventually(() => statuses.has(429), { what: 'a refusal', timeoutMs: 60_000 });
      const service = { name: 'beside a flood' };
      for (let window = 1; window <= 10; window += 1) await reported([report([row()], { service, window })]);
      expect(await windowsOf(service.name)).toHaveLength(10);
    } finally {
      isOver = true;
      await Promise.all(floods);
    }
    expect(statuses).toEqual(new Set([204, 429]));
    // Every two seconds it may send one more.
    const refused = await eventually(async () => {
      const answer = await send(large, { token });
      return answer.status === 429 ? answer : undefined;
    });
    expect(refused.error).toBe('too many requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 120_000);
});

describe('while NATS is away', () => {
  let nats: OwnNats;
  let cut: RenderFixture;

  beforeAll(async () => {
    nats = await ownNats();
    cut = await RenderFixture.start({}, { servers: nats.servers, streamPrefix: 'reports' });
  });
  afterAll(async () => {
    await cut?.stop();
    await nats?.close();
  });

  it('reports are refused and kept nowhere; sent again, they are counted once', async () => {
    const { orgId, teamId } = await cut.organization();
    const own = await cut.identity.createKey(orgId, { operation: 'read_render' });
    const id = await cut.prompt({ teamId, slug: 'greeting', versions });
    await cut.caughtUp(own.token);
    const at = { token: own.token, url: cut.url };
    const body = (window: number) =>
      JSON.stringify({ reports: [report([row({ prompt_id: id })], { process: own.id, window })] });
    const counted = async () =>
      (await publishedUsage(cut.bus))
        .filter(({ client }) => client !== undefined)
        .map(({ window }) => window);
    const expectRefusal = ({ status, error, headers }: Answer) => {
      expect([status, error]).toEqual([503, 'service unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    };
    expect((await send(body(1), at)).status).toBe(204);
    await nats.stop();
    expectRefusal(await send(body(2), at));
    await nats.start();
    await eventually(async () => (await send('{"reports":[]}', at)).status === 204);
    expect(await counted()).toEqual([1]);
    await eventually(async () => (await send(body(2), at)).status === 204);
    await nats.pause();
    try {
      expectRefusal(await send(body(3), at));
    } finally {
      nats.resume();
    }
    // The server may have got it all the same.
    await eventually(async () => (await send(body(3), at)).status === 204);
    expect(await counted()).toEqual([1, 2, 3]);
  });
});

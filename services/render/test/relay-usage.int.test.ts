/** What is rendered by a relay, and by the applications behind it, as px0 gets to know it. */
import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestOf, routes } from '@px0/contracts';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedUsage } from './published-usage.ts';
import { RelayFixture, type RunningRelay, renderAt } from './relay-fixture.ts';

type Report = RequestOf<typeof routes.reportUsage>['reports'][number];
type Row = Report['rows'][number];

const OFTEN = { USAGE_FLUSH_MS: '100' };

let house: RelayFixture;

beforeAll(async () => {
  house = await RelayFixture.start();
});
afterAll(() => house.stop());

/** A prompt with an old version that is neither live nor tagged, and a key for it. */
async function home() {
  const caller = await house.caller();
  const promptId = await house.px0.prompt({
    teamId: caller.teamId,
    slug: 'greeting',
    versions: [
      { number: 1, template: 'old' },
      { number: 2, template: 'Hello {{.name}}', status: 'live' as const },
    ],
  });
  await house.px0.caughtUp(caller.token);
  return { ...caller, promptId };
}

function report(service: string, rows: readonly Partial<Row>[], facts: Partial<Report> = {}): Report {
  const now = Date.now();
  const usual = { slug: 'greeting', version: 2, source: 'stream', renders: 1, failures: 0 } as const;
  return {
    process: randomUUID(),
    window: 1,
    started_at: new Date(now - 60_000).toISOString(),
    ended_at: new Date(now).toISOString(),
    service: { name: service, version: '1.0' },
    sdk: 'px0-go/0.3.0',
    rows: rows.map((row) => ({ prompt_id: null, ...usual, ...row })),
    ...facts,
  };
}

async function tell({ url }: Pick<RunningRelay, 'url'>, token: string, body: unknown) {
  const response = await fetch(`${url}/v1/delivery/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    dropped: response.headers.get('px0-dropped'),
    ...(text !== '' && (JSON.parse(text) as { error: string })),
  };
}

const taken = (dropped: number) => ({ status: 204, dropped: dropped === 0 ? null : String(dropped) });

/** The rows that px0 has taken for a prompt: service, version (0: a fallback), source, renders, failures, names. */
async function rowsOf(promptId: string) {
  const windows = await publishedUsage(house.px0.bus);
  return windows.flatMap(({ client, versions, fallbacks = [] }) => {
    const service = client?.service;
    const rows = [...versions, ...fallbacks.map((row) => ({ ...row, number: 0, source: 'fallback' }))];
    return rows
      .filter(({ prompt_id }) => prompt_id === promptId)
      .map(({ number, source, renders, failures, variables = [] }) =>
        [service, number, source, renders, failures, ...variables].join(' '),
      );
  });
}

async function untilTaken(promptId: string, rows: readonly string[]): Promise<void> {
  await expect.poll(async () => (await rowsOf(promptId)).toSorted(), { timeout: 30_000 }).toEqual(rows);
}

describe('renders by a relay', () => {
  it('are reported for the services that ask for them, also while the upstream was away', async () => {
    const { token, promptId } = await home();
    const relay = await house.relay(token, OFTEN);
    const render = async (service?: string, variables: unknown = { name: 'Ada' }) => {
      const headers = service === undefined ? undefined : { 'Px0-Service': service };
      expect((await renderAt(relay, 'greeting/render', token, { variables }, headers)).status).toBe(200);
    };
    house.proxy.cut();
    try {
      await render('mailer');
      await render('checkout');
      await render('mailer');
      await render();
    } finally {
      house.proxy.heal();
    }
    // Windows are cut at any moment, so renders are added up.
    const sums = async () => {
      const all: Record<string, number> = {};
      for (const row of await rowsOf(promptId)) {
        const [, service = '', version, source, renders] = /^(.*) (\d+) (\w+) (\d+) 0$/.exec(row) ?? [];
        const name = [service, version, source].join(' ');
        all[name] = (all[name] ?? 0) + Number(renders);
      }
      return all;
    };
    await expect
      .poll(sums, { timeout: 30_000 })
      .toEqual({ 'mailer 2 stream': 2, 'checkout 2 stream': 1, ' 2 stream': 1 });
    const durations = (await publishedUsage(house.px0.bus))
      .flatMap(({ versions }) => versions)
      .filter(({ prompt_id }) => prompt_id === promptId)
      .flatMap(({ latencies }) => latencies);
    expect(durations.reduce((sum, count) => sum + count, 0)).toBe(4);
  });
});

describe('reports to a relay', () => {
  it('go upstream, with versions that the relay does not hold, and are judged there, too', async () => {
    const { token, promptId } = await home();
    const relay = await house.relay(token, OFTEN);
    const rows: Partial<Row>[] = [
      { prompt_id: promptId, renders: 5, failures: 2, variables: ['name', 'mood'] },
      { prompt_id: promptId, version: 1, source: 'fetched' },
      { version: null, source: 'fallback', variables: ['name'] },
      // Which of all versions there are only px0 knows.
      { prompt_id: promptId, version: 77 },
      { prompt_id: promptId, version: 0 },
      { prompt_id: randomUUID() },
      { slug: 'nobody_has_it' },
      { renders: -1 },
    ];
    expect(await tell(relay, token, { reports: [report('checkout', rows)] })).toEqual(taken(4));
    await untilTaken(promptId, [
      'checkout 0 fallback 1 0 name',
      'checkout 1 fetched 1 0',
      'checkout 2 stream 5 2 name mood',
    ]);
    const [window] = (await publishedUsage(house.px0.bus)).filter(
      ({ client, versions }) =>
        client?.service === 'checkout' && versions.some(({ prompt_id }) => prompt_id === promptId),
    );
    expect(window?.client).toMatchObject({ service_version: '1.0', sdk: 'px0-go/0.3.0' });
  });

  it('that come again are counted once; those of two callers under one process are two, and none is lost to an outage', async () => {
    const { token, promptId } = await home();
    const tokens = join(await house.folder(), 'tokens.ndjson');
    const sha256 = createHash('sha256').update('a').digest('hex');
    await writeFile(tokens, JSON.stringify({ name: 'a', sha256 }));
    const first = await house.relay(token, { ...OFTEN, RELAY_TOKENS_FILE: tokens });
    const second = await house.relay(token, { ...OFTEN, PX0_UPSTREAM: first.url, RELAY_TOKENS_FILE: tokens });
    const again = { reports: [report('again', [{ prompt_id: promptId }])] };
    house.proxy.cut();
    try {
      expect(await tell(first, token, again)).toEqual(taken(0));
      expect(await tell(first, token, again)).toEqual(taken(0));
      expect(await tell(first, 'a', again)).toEqual(taken(0));
      expect(await tell(second, 'a', again)).toEqual(taken(0));
      expect(await tell(second, 'a', again)).toEqual(taken(0));
      expect(await tell(second, token, { reports: [report('last', [{}])] })).toEqual(taken(0));
    } finally {
      house.proxy.heal();
    }
    await untilTaken(promptId, [...Array(3).fill('again 2 stream 1 0'), 'last 2 stream 1 0']);
    // What came before the last one has been taken, or never will be.
    await eventually(async () => house.reports.join().includes('"last"'));
    await untilTaken(promptId, [...Array(3).fill('again 2 stream 1 0'), 'last 2 stream 1 0']);
  });

  it('are refused as px0 refuses them', async () => {
    const { token } = await home();
    const relay = await house.relay(token, OFTEN);
    const error = (status: number, text: string) => ({ status, error: text, dropped: null });
    expect(await tell(relay, 'nobody', { reports: [] })).toEqual(error(401, 'unauthorized'));
    expect(await tell(relay, token, {})).toEqual(error(400, 'reports is required'));
    expect(await tell(relay, token, [])).toEqual(error(400, 'invalid request body'));
    expect(await tell(relay, token, { reports: Array(21).fill({}) })).toEqual(
      error(400, 'reports must have at most 20 items'),
    );
    const large = { reports: [], more: 'x'.repeat(1_048_576) };
    expect(await tell(relay, token, large)).toEqual(error(413, 'request body too large'));
    expect(await tell(relay, token, { reports: [] })).toEqual(taken(0));
    house.proxy.cut();
    try {
      const young = await house.begin(token);
      expect(await tell(young, token, { reports: [] })).toEqual(error(503, 'service unavailable'));
    } finally {
      house.proxy.heal();
    }
  });
});

/** Tokens of a relay that are narrowed to teams: they are answered as px0 answers a key of these teams, and learn nothing of the others. */
import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listener, snapshot } from './delivery-client.ts';
import { publishedUsage } from './published-usage.ts';
import { RelayFixture, type RunningRelay, renderAt, send } from './relay-fixture.ts';

let house: RelayFixture;
let relay: RunningRelay;
let teams: { own: string; other: string };
let ids: { own: string; other: string; secret: string };
/** Of px0: of the organization, and of the team alone. */
let keys: { all: string; own: string };

/** Tokens of the relay: of the team, of the other one, of none, and of a team that is nobody's. */
const tokens = { own: 'own', other: 'other', none: 'none', foreign: 'foreign' };

const live = (template: string, number = 1) => ({ number, template, status: 'live' as const });

beforeAll(async () => {
  house = await RelayFixture.start();
  const { orgId, teamId, token } = await house.caller();
  const other = await house.px0.team(orgId);
  teams = { own: teamId, other };
  ids = {
    own: await house.px0.prompt({ teamId, slug: 'greeting', versions: [live('Hello of ours')] }),
    other: await house.px0.prompt({ teamId: other, slug: 'greeting', versions: [live('Hello of theirs')] }),
    secret: await house.px0.prompt({
      teamId: other,
      slug: 'secret',
      versions: [{ number: 1, template: 'An old secret', status: 'stable' }, live('A secret', 2)],
      tags: { old: 1 },
    }),
  };
  const scope = { kind: 'teams' as const, team_ids: [teamId] };
  const narrow = await house.px0.identity.createKey(orgId, { scope, operation: 'read_render' });
  keys = { all: token, own: narrow.token };
  await house.px0.caughtUp(narrow.token);
  const teamsOf: Record<string, string[]> = {
    [tokens.own]: [teamId],
    [tokens.other]: [other],
    [tokens.none]: [],
    [tokens.foreign]: [randomUUID()],
  };
  const lines = Object.entries(teamsOf).map(([secret, team_ids]) => {
    const sha256 = createHash('sha256').update(secret).digest('hex');
    return JSON.stringify({ name: secret, sha256, team_ids });
  });
  const file = join(await house.folder(), 'tokens.ndjson');
  await writeFile(file, lines.join('\n'));
  relay = await house.relay(token, { RELAY_TOKENS_FILE: file, USAGE_FLUSH_MS: '100' });
});
afterAll(() => house.stop());

/** All that could tell of the other team. */
const traces = () => ['secret', 'theirs', ids.other, ids.secret, teams.other];

function expectNoTrace(text: string): void {
  for (const trace of traces()) expect(text).not.toContain(trace);
}

it('renders what its teams have, as px0 does for a key of theirs', async () => {
  const paths = [
    'greeting/render',
    'secret/render',
    'secret/versions/1/render',
    'secret/versions/old/render',
    'secret/versions/9/render',
    'nobody_has_it/render',
    `${ids.secret}/render`,
    ...Object.values(teams).flatMap((team) => [
      `greeting/render?team_id=${team}`,
      `secret/render?team_id=${team}`,
      `secret/versions/1/render?team_id=${team}`,
    ]),
    `secret/render?team_id=${randomUUID()}`,
  ];
  house.asked.length = 0;
  for (const path of paths) {
    const [own, px0] = await Promise.all([
      renderAt(relay, path, tokens.own),
      house.px0.render(path, keys.own),
    ]);
    expect([path, own.status, own.body]).toEqual([path, px0.status, px0.body]);
    expectNoTrace(JSON.stringify(own.body));
    for (const token of [tokens.none, tokens.foreign])
      expect([path, (await renderAt(relay, path, token)).status]).toEqual([path, 401]);
  }
  // Not even whether there is such a version is asked.
  expect(house.asked).toEqual([]);
  expect((await renderAt(relay, 'greeting/render', tokens.other)).body).toMatchObject({
    rendered: 'Hello of theirs',
  });
  // The text of a tagged version is there a moment later.
  await expect
    .poll(async () => (await renderAt(relay, 'secret/versions/1/render', tokens.other)).body)
    .toMatchObject({ rendered: 'An old secret' });
});

it('renders batches of them', async () => {
  const batch = {
    renders: [
      { slug: 'greeting' },
      { slug: 'secret' },
      { slug: 'secret', version: '1' },
      { slug: 'greeting', team_id: teams.other },
      { slug: 'nobody_has_it' },
    ],
  };
  const ask = (url: string, token: string) => send(`${url}/v1/render/batch`, token, batch);
  const own = await ask(relay.url, tokens.own);
  expect(own.body).toEqual((await ask(house.px0.url, keys.own)).body);
  expect(own.body).toMatchObject({ results: [{ rendered: 'Hello of ours' }, {}, {}, {}, {}] });
  expectNoTrace(JSON.stringify(own.body));
  for (const token of [tokens.none, tokens.foreign])
    expect(JSON.stringify((await ask(relay.url, token)).body)).not.toContain('rendered');
});

describe('delivers what its teams have', () => {
  it('in a snapshot', async () => {
    const own = await snapshot(relay.url, tokens.own);
    const px0 = await snapshot(house.px0.url, keys.own);
    expect(own.status).toBe(200);
    expect(own.headers.get('etag')).toBe(px0.headers.get('etag'));
    expectNoTrace(own.text);
    const all = await snapshot(relay.url, keys.all);
    for (const trace of traces()) expect(all.text).toContain(trace);
    const named = await snapshot(relay.url, tokens.own, { team_id: teams.other });
    const namedAtPx0 = await snapshot(house.px0.url, keys.own, { team_id: teams.other });
    expect([named.status, named.text]).toEqual([namedAtPx0.status, namedAtPx0.text]);
    expectNoTrace((await snapshot(relay.url, tokens.own, { slugs: 'secret' })).text);
    for (const token of [tokens.none, tokens.foreign]) {
      const { text } = await snapshot(relay.url, token);
      expectNoTrace(text);
      expect(text).not.toContain('greeting');
    }
  });

  it('in a stream, whatever the other team does, and a prompt that has moved there is gone', async () => {
    const id = await house.px0.prompt({
      teamId: teams.own,
      slug: 'moving',
      versions: [live('On the move')],
    });
    const all = await Listener.synced(relay.url, keys.all);
    const isHeld = (listener: Listener, team: string) => listener.prompt(team, id) !== undefined;
    await all.until(() => isHeld(all, teams.own) || undefined);
    const own = await Listener.synced(relay.url, tokens.own);
    expect(own.slugs).toEqual(['greeting', 'moving']);
    const [none, foreign] = [
      await Listener.open(relay.url, tokens.none),
      await Listener.open(relay.url, tokens.foreign),
    ];

    await house.px0.prompt({
      id: ids.secret,
      teamId: teams.other,
      slug: 'secret',
      versions: [live('A new secret', 3)],
    });
    await house.px0.prompt({ id, teamId: teams.other, slug: 'moving', versions: [live('theirs now')] });
    await all.until(() => isHeld(all, teams.other) || undefined);
    await own.until(() => !isHeld(own, teams.own) || undefined);
    await house.px0.prompt({
      id: ids.own,
      teamId: teams.own,
      slug: 'greeting',
      versions: [live('Hello of ours, changed')],
    });
    await own.until(
      () => own.prompt(teams.own, ids.own)?.versions[0]?.template === 'Hello of ours, changed' || undefined,
    );
    expect(own.slugs).toEqual(['greeting']);
    expectNoTrace(JSON.stringify(own.frames));
    for (const listener of [none, foreign]) {
      expectNoTrace(JSON.stringify(listener.frames));
      expect(JSON.stringify(listener.frames)).not.toContain('greeting');
    }
    for (const listener of [all, own, none, foreign]) listener.leave();
  });
});

it('reports what its teams have, and is not told what others have', async () => {
  const now = Date.now();
  const row = { version: 1, source: 'stream', renders: 1, failures: 0 };
  const rows = [
    { ...row, prompt_id: ids.own },
    { ...row, prompt_id: null, slug: 'greeting' },
    { ...row, prompt_id: ids.other },
    { ...row, prompt_id: ids.secret },
    { ...row, prompt_id: null, slug: 'secret' },
    { ...row, prompt_id: null, slug: 'secret', version: null, source: 'fallback' },
    { ...row, prompt_id: null, slug: 'nobody_has_it' },
  ];
  const answerTo = async (token: string) => {
    const response = await fetch(`${relay.url}/v1/delivery/usage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        reports: [
          {
            process: randomUUID(),
            window: 1,
            started_at: new Date(now - 1_000).toISOString(),
            ended_at: new Date(now).toISOString(),
            service: { name: `of ${token}` },
            rows,
          },
        ],
      }),
    });
    return [response.status, response.headers.get('px0-dropped')];
  };
  expect(await answerTo(tokens.own)).toEqual([204, '5']);
  expect(await answerTo(tokens.other)).toEqual([204, '2']);
  // As a key of px0 whose last team is gone.
  expect(await answerTo(tokens.none)).toEqual([401, null]);
  expect(await answerTo(tokens.foreign)).toEqual([401, null]);
  const counted = async () => {
    const windows = await publishedUsage(house.px0.bus);
    return Object.fromEntries(
      windows
        .filter(({ client }) => client?.service.startsWith('of '))
        .map(({ client, versions }) => [client?.service, versions.map(({ prompt_id }) => prompt_id)]),
    );
  };
  await expect.poll(counted, { timeout: 30_000 }).toMatchObject({
    [`of ${tokens.own}`]: [ids.own, ids.own],
    [`of ${tokens.other}`]: expect.arrayContaining([ids.other]),
  });
  expect(Object.keys(await counted()).sort()).toEqual(['of other', 'of own']);
});

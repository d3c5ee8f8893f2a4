// What a request's revision headers demand, over the two paths of render: one render, and many.

import {
  type DemandRow,
  demandHeaders,
  demandOutcome,
  demandRows,
  eventually,
  type OwnNats,
  ownNats,
  type PlayedUser,
} from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RenderFixture } from './render-fixture.ts';

let nats: OwnNats;
let render: RenderFixture;
let key: { readonly token: string };
let early: PlayedUser;
let covered: string;

/** Renders under a contract of its author, or one that the caller asks for: status, and what is missing. */
const JUDGED = [
  ['warn', undefined, { list: [] }, 200, 'name'],
  ['enforce', undefined, { list: [] }, 422, 'name'],
  // What its author wants cannot be had: what the program needs has to do.
  ['off', 'enforce', { list: [] }, 200, undefined],
  ['off', 'enforce', {}, 422, 'list'],
] as const;

const PATHS = {
  'one render': ['/v1/prompts/hello/render', '{}'],
  'a batch': ['/v1/render/batch', '{"renders": [{"slug": "hello"}]}'],
} as const;

type Path = keyof typeof PATHS;

function send(path: Path, token: string, headers: Record<string, string> = {}): Promise<Response> {
  const [url, body] = PATHS[path];
  return fetch(render.url + url, {
    method: 'POST',
    headers: { ...headers, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body,
  });
}

async function outcomeOf(path: Path, row: DemandRow): Promise<DemandRow['outcome']> {
  const caller = row.caller === 'known' ? key : early;
  const response = await send(path, caller.token, demandHeaders(row, covered));
  const outcome = demandOutcome(response, await response.text());
  // A caller who still awaits the right to see the prompt does not find it.
  const answered = row.caller === 'known' || path === 'a batch' ? 200 : 404;
  if (outcome === 'answer' || outcome === 'stale') expect([row, response.status]).toEqual([row, answered]);
  return outcome;
}

/** A process on a busy machine may need several attempts until it can be sure in time that it is not behind. */
function sureOutcomeOf(path: Path, row: DemandRow): Promise<DemandRow['outcome']> {
  return eventually(async () => {
    const outcome = await outcomeOf(path, row);
    return row.outcome !== 'answer' || outcome === 'answer' ? outcome : undefined;
  });
}

async function expectRows(path: Path, state: DemandRow['nats']): Promise<void> {
  const rows = demandRows.filter((row) => row.nats === state);
  const seen: DemandRow[] = [];
  for (const row of rows) seen.push({ ...row, outcome: await sureOutcomeOf(path, row) });
  expect(seen).toEqual(rows);
}

beforeAll(async () => {
  nats = await ownNats();
  render = await RenderFixture.start({}, { servers: nats.servers, streamPrefix: 'demand' });
  const { orgId, teamId } = await render.organization();
  key = await render.identity.createKey(orgId);
  early = await render.identity.register({ placement: { kind: 'team', team_id: teamId } });
  await render.prompt({ teamId, slug: 'hello', versions: [{ number: 1, template: 'hi', status: 'live' }] });
  const schema = { type: 'object' as const, required: ['name'] };
  const versions = [{ number: 1, template: '{{range .list}}{{end}}', status: 'live' as const, schema }];
  await render.prompt({ teamId, slug: 'off', versions });
  for (const contract of ['warn', 'enforce'] as const)
    await render.prompt({ teamId, slug: contract, versions, contract });
  await render.caughtUp(key.token);
  await eventually(async () => (await send('one render', key.token)).status === 200);
  covered = (await send('one render', key.token)).headers.get('px0-revision') ?? '';
});

afterAll(async () => {
  await render?.stop();
  await nats?.close();
});

describe.each<Path>(['one render', 'a batch'])('%s', (path) => {
  it('answers as the headers demand while the process follows the stream', () => expectRows(path, 'there'));
});

it('a refusal that cannot be confirmed is stale, or 503 when the answer may lack nothing', async () => {
  const missing = async (headers: Record<string, string>) => {
    const { status, headers: got } = await render.plain('missing/render', key.token, {}, headers);
    return [status, got.get('px0-stale')];
  };
  await nats.pause();
  try {
    expect(await missing({})).toEqual([404, 'true']);
    expect(await missing({ 'Px0-Consistency': 'require' })).toEqual([503, null]);
  } finally {
    nats.resume();
  }
});

describe('cut off from the stream', () => {
  beforeAll(async () => {
    await nats.stop();
    await eventually(async () => {
      const ready = await fetch(`${render.url}/readyz`);
      return ((await ready.json()) as { readonly connected?: boolean }).connected === false;
    });
  });

  it.each<Path>(['one render', 'a batch'])('%s answers as the headers demand', (path) =>
    expectRows(path, 'away'),
  );

  it.each(JUDGED)('%s judges with %s as ever: %j', async (slug, contract, variables, status, missing) => {
    const body = { variables, options: { contract } };
    const answer = await render.plain(`${slug}/render`, key.token, body);
    expect([answer.status, answer.headers.get('px0-stale')]).toEqual([status, 'true']);
    expect(answer.headers.get('px0-contract')).toBe(
      missing === undefined ? null : `{"missing":[{"path":"${missing}"}],"unknown":[],"invalid":[]}`,
    );
  });
});

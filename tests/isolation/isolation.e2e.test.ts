/**
 * Two tenants, and every operation of the API description called by one with the names of what is the other's: each id alone beside
 * the caller's own, and all of them together. The calls are made from the description, so a new operation is covered or fails here.
 */
import { isDeepStrictEqual } from 'node:util';
import { type OperationId, type RouteDefinition, routes } from '@px0/contracts';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Answer, type Caller, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { furtherPlans, gaps, kindsOf, type Names, type Plan, plans, requestOf } from './plans.ts';
import { nothing, type Tenant, type Things, tenant } from './tenants.ts';
import { isTold, isUnjudged, subsets, unjudged } from './told.ts';

/** Their answers say what the caller did or who the caller is, and they take the caller's account or session away. */
const callersOwn: ReadonlySet<OperationId> = new Set([
  'logout',
  'deleteMe',
  'changePassword',
  'resetPassword',
]);

let platform: TestPlatform | undefined;
let world: World;
let victim: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  platform = await startTestPlatform();
  world = new World(platform);
  [victim, stranger] = await Promise.all([tenant(world, 'harbour'), tenant(world, 'meadow')]);
  // So that asking again is refused and changes nothing.
  for (const caller of ['admin', 'viewer']) {
    await world.make(stranger.callers[caller], 'POST', `/v1/teams/${victim.things.team}/join-requests`);
  }
});
afterAll(() => platform?.stop());

/** Adding a member comes last: it may be done to anybody, who then is a member here. */
const operations: readonly OperationId[] = Object.values(routes)
  .map(({ operationId }): OperationId => operationId)
  .toSorted((one, other) => Number(one === 'addTeamMember') - Number(other === 'addTeamMember'));

function plansOf(operation: OperationId): readonly Exclude<Plan, null>[] {
  const plan = plans[operation];
  return plan === null ? [] : [plan, ...(furtherPlans[operation] ?? [])];
}

async function ask(operation: OperationId, names: Names, who: Caller | undefined): Promise<Answer> {
  const route: RouteDefinition = routes[operation];
  const { path, body } = requestOf(route, names);
  const answer =
    route.patience === 'stream'
      ? await beginningOf(path, who)
      : await world.ask(who, route.method, path, body);
  // When frames were sent differs, not what they say.
  return route.success.media === undefined
    ? answer
    : { ...answer, text: answer.text.replaceAll(/"revision":"[^"]+"|^id: .*$/gm, '') };
}

/** A stream's answer: up to where it has told all that there is. */
async function beginningOf(path: string, who: Caller | undefined): Promise<Answer> {
  const leave = new AbortController();
  const response = await fetch(`${world.platform.gatewayUrl}${path}`, {
    headers: who === undefined ? {} : { authorization: `Bearer ${who.token}` },
    signal: AbortSignal.any([leave.signal, AbortSignal.timeout(60_000)]),
  });
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (/^event: sync\n(?:.+\n)*\n/m.test(text)) break;
  }
  leave.abort();
  return { status: response.status, headers: response.headers, text };
}

/** All that the tenant's admin can read of what the tenant has, by operation. */
async function fullRead({ owner, things }: Tenant): Promise<ReadonlyMap<string, unknown>> {
  const reads = operations.filter(
    // The signing keys are public.
    (operation) => routes[operation].method === 'GET' && operation !== 'listSigningKeys',
  );
  const read = new Map<string, unknown>();
  for (const operation of reads) {
    const answers = await Promise.all(
      [...plansOf(operation), ...(plans[operation] === null ? [() => ({})] : [])].map(async (plan) => {
        const { status, text } = await ask(operation, plan(things), owner);
        return [status, text];
      }),
    );
    read.set(operation, answers);
  }
  return read;
}

/** Whatever of the victim is written nowhere else: ids, and the word that is in every name. The strangers wait in the victim's inbox. */
function secretsIn(read: ReadonlyMap<string, unknown>): readonly string[] {
  const strangers = JSON.stringify(stranger);
  const text = JSON.stringify([...read.values()]);
  const ids = text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
  return [...new Set([...ids, 'harbour'])].filter((secret) => !strangers.includes(secret));
}

/** Every way in which at least one of these is foreign. */
function mixtures(kinds: readonly (keyof Things)[]): readonly (readonly (keyof Things)[])[] {
  return subsets(kinds).filter((subset) => subset.length > 0);
}

function mixed(own: Things, other: Things, foreign: readonly (keyof Things)[]): Things {
  return { ...own, ...Object.fromEntries(foreign.map((kind) => [kind, other[kind]])) };
}

/** An answer's text without what differs from request to request: what the request named, further ids by their order, codes and times. */
function outline({ text }: Answer, things: Things): string {
  const named = Object.entries(things).reduce((rest, [kind, id]) => rest.replaceAll(id, `<${kind}>`), text);
  const ids: string[] = [];
  return named
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!ids.includes(id)) ids.push(id);
      return `<id ${ids.indexOf(id)}>`;
    })
    .replaceAll(/inv_[0-9a-f]{40}/g, '<code>')
    .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"<time>"');
}

function hintIn({ headers }: Answer): string {
  return headers.get('px0-hint') ?? '';
}

/** Names that come and go with every answer. */
function headerNames({ headers }: Answer): readonly string[] {
  return [...headers.keys()].filter((name) => !['px0-stale', 'px0-pending'].includes(name)).toSorted();
}

it('every operation, and every id in it, has a plan', () => {
  expect(gaps()).toEqual([]);
  expect(gaps(['anOperationOfTomorrow'])).toEqual(['anOperationOfTomorrow has no plan']);
});

/** A stream's bytes as they come, until it is left. */
async function listened(who: Caller, query = '') {
  const leave = new AbortController();
  const seen = { text: '' };
  const response = await fetch(`${world.platform.gatewayUrl}/v1/delivery/stream${query}`, {
    headers: { authorization: `Bearer ${who.token}`, 'accept-encoding': 'identity' },
    signal: leave.signal,
  });
  const reading = (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) seen.text += piece;
  })().catch(() => undefined);
  return {
    status: response.status,
    seen,
    leave: async () => {
      leave.abort();
      await reading;
    },
  };
}

const syncs = (text: string) => text.split('event: sync\n').length - 1;

it('no stream has a byte of what its caller does not read, whatever happens there while it is open', async () => {
  const { owner, things } = victim;
  const { owner: own, things: ownThings, callers } = stranger;
  const streams = await Promise.all(
    Object.entries(callers).flatMap(([name, caller]) =>
      ['', `?slugs=${things.slug},${ownThings.slug}`, `?team_id=${ownThings.team}`].map(async (query) => ({
        what: `${name}${query}`,
        isOfOneTeam: name === 'viewer' || name === 'key all of one team' || query.startsWith('?team_id'),
        choosesSlugs: query.startsWith('?slugs'),
        ...(await listened(caller, query)),
      })),
    ),
  );
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  await eventually(() => streams.every(({ seen }) => syncs(seen.text) === 1));

  // Everything that makes frames, in the foreign tenant.
  const cellar = await world.make(owner, 'POST', `/v1/teams/${owner.team}/prompts`, {
    name: 'harbour cellar',
  });
  const moved = { id: cellar.text('prompt', 'id'), slug: cellar.text('prompt', 'slug') };
  await world.live(owner, moved, 'harbour text');
  const version = await world.live(owner, { id: things.prompt, slug: things.slug }, 'harbour text again');
  await world.make(owner, 'POST', `/v1/prompts/${things.prompt}/versions/${version}/tags`, {
    tag: 'harbour',
  });
  await world.make(owner, 'POST', `/v1/prompts/${moved.id}/move`, { team_id: things.team });
  await world.make(owner, 'POST', `/v1/prompts/${moved.id}/archive`);
  await world.make(owner, 'POST', `/v1/prompts/${moved.id}/restore`);
  const extra = await world.team(owner);
  await world.make(owner, 'POST', `/v1/prompts/${moved.id}/move`, { team_id: extra });
  await world.ask(owner, 'DELETE', `/v1/teams/${extra}`);
  // In a team of the stranger's own organization that not all of its callers read.
  const attic = await world.make(own, 'POST', `/v1/teams/${own.team}/prompts`, { name: 'meadow attic' });
  await world.live(own, { id: attic.text('prompt', 'id'), slug: attic.text('prompt', 'slug') }, 'attic text');
  // And what all of them see, behind all that.
  await world.live(own, { id: ownThings.prompt, slug: ownThings.slug }, 'the last of all');
  await eventually(() => streams.every(({ seen }) => seen.text.includes('the last of all')));

  const secrets = [...Object.values(things), owner.team, moved.id, extra, 'harbour'];
  const problems = streams.flatMap(({ what, seen, isOfOneTeam, choosesSlugs }) => [
    ...secrets.filter((secret) => seen.text.includes(secret)).map((secret) => `${what} told ${secret}`),
    ...((isOfOneTeam || choosesSlugs) && seen.text.includes('attic') ? [`${what} told of another team`] : []),
    ...(isOfOneTeam || choosesSlugs || seen.text.includes('attic text') ? [] : [`${what} lacks its own`]),
  ]);
  expect(problems).toEqual([]);
  for (const { leave } of streams) await leave();
}, 120_000);

it('nobody learns of another tenant what the specification does not tell, and nothing of that tenant changes', async () => {
  const before = await fullRead(victim);
  const secrets = secretsIn(before);
  expect(secrets.length).toBeGreaterThan(15);
  const problems: string[] = [];
  let calls = 0;
  const successes = new Set<string>();

  const compare = async (
    operation: OperationId,
    plan: Exclude<Plan, null>,
    foreign: readonly (keyof Things)[],
  ) => {
    for (const [name, caller] of Object.entries(stranger.callers)) {
      const things = mixed(stranger.things, victim.things, foreign);
      const names = plan(things);
      const answer = await ask(operation, names, caller);
      const noThings = mixed(stranger.things, nothing(), foreign);
      const unknown = await ask(operation, plan(noThings), caller);
      calls += 2;
      const what = `${operation} by the ${name}, of another tenant: ${foreign.join(', ')}`;
      const equal =
        answer.status >= 400 &&
        answer.status === unknown.status &&
        answer.text === unknown.text &&
        hintIn(answer) === hintIn(unknown) &&
        isDeepStrictEqual(headerNames(answer), headerNames(unknown));
      // A batch's status is 200, and each of its results has one of its own.
      const equalBatch = operation === 'renderBatch' && sameResults(answer, unknown);
      // A delivery of what is there in the caller's teams, with nothing of what is named and is somebody else's.
      const equalDelivery =
        routes[operation].tag === 'Delivery' &&
        answer.status === unknown.status &&
        answer.text === unknown.text;
      // What was read is the same; what was written repeats what was sent, and has an id, a name and times of its own.
      const equalSuccess =
        isUnjudged(operation, foreign) &&
        answer.status < 300 &&
        answer.status === unknown.status &&
        (answer.text === unknown.text ||
          (routes[operation].method !== 'GET' && outline(answer, things) === outline(unknown, noThings))) &&
        isDeepStrictEqual(headerNames(answer), headerNames(unknown));
      if (equalSuccess) successes.add(operation);
      const isEqual = equal || equalBatch || equalDelivery || equalSuccess;
      if (!isEqual && !isTold(operation, foreign, answer, unknown)) {
        problems.push(`${what}: ${show(answer)}, and where nothing exists: ${show(unknown)}`);
      }
      const sent = JSON.stringify(names);
      const said = `${answer.text} ${decodeURIComponent(hintIn(answer))}`;
      const leaked = secrets.filter((secret) => said.includes(secret) && !sent.includes(secret));
      if (leaked.length > 0) problems.push(`${what}: told ${leaked.join(', ')}`);
    }
  };

  for (const operation of operations) {
    if (plans[operation] !== null || callersOwn.has(operation) || routes[operation].method !== 'GET')
      continue;
    for (const [name, caller] of Object.entries(stranger.callers)) {
      const { text } = await ask(operation, {}, caller);
      const leaked = secrets.filter((secret) => text.includes(secret));
      if (leaked.length > 0) problems.push(`${operation} by the ${name} told ${leaked.join(', ')}`);
    }
  }
  const compareAll = async (those: readonly OperationId[]) => {
    for (const operation of those) {
      for (const plan of plansOf(operation)) {
        await Promise.all(mixtures(kindsOf(plan)).map((foreign) => compare(operation, plan, foreign)));
      }
    }
  };
  await compareAll(operations.filter((operation) => operation !== 'updateMe'));
  expect(problems).toEqual([]);
  expect(calls).toBeGreaterThan(1_000);
  // Refusals would be equal, too.
  expect([...successes].toSorted()).toEqual(Object.keys(unjudged).toSorted());
  expect(await fullRead(victim)).toEqual(before);
  // The victim's inbox shows the new addresses of those who wait there.
  await compareAll(['updateMe']);
  expect(problems).toEqual([]);
}, 240_000);

it('a hint names what its caller reads, and nobody else', async () => {
  const slug = victim.things.slug;
  const hints = async (caller: Caller, path: string): Promise<string> =>
    hintIn(await world.ask(caller, 'POST', path, {}));
  const meant = `did-you-mean=${slug}`;
  for (const caller of Object.values(victim.callers)) {
    expect(await hints(caller, `/v1/prompts/${slug}!/render`)).toBe(meant);
  }
  const { owner, team } = { owner: victim.owner, team: victim.owner.team };
  expect(await hints(owner, `/v1/prompts/${slug}/render?team_id=${team}`)).toBe(
    `in-team=${victim.things.team}`,
  );
  for (const caller of Object.values(stranger.callers)) {
    for (const path of [`${slug}!/render`, `${slug}/render`, `${slug}!/versions/1/render`]) {
      expect(await hints(caller, `/v1/prompts/${path}`)).toMatch(/^(?:key-limit=teams)?$/);
    }
  }
});

function sameResults(answer: Answer, unknown: Answer): boolean {
  const outcome = (text: string): unknown[] =>
    (JSON.parse(text).results ?? []).map((result: { status?: number; error?: string; hint?: string }) => [
      result.status,
      result.error,
      result.hint,
    ]);
  const results = outcome(answer.text);
  const hidden = results.every((result) => Array.isArray(result) && Number(result[0]) >= 400);
  return hidden && isDeepStrictEqual(results, outcome(unknown.text));
}

function show({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 200)}`;
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { hashApiKey, newApiKey } from '@px0/access';
import { decodeToken, encodeToken } from '@px0/event-bus';
import { eventually } from '@px0/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Listener, type ListenerOptions, of } from './delivery-client.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
const open: Listener[] = [];

beforeAll(async () => {
  render = await RenderFixture.start({ DELIVERY_HEARTBEAT_MS: '1200', DELIVERY_STREAMS_PER_CALLER: '20' });
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});
afterAll(() => render.stop());

const live = (number: number, template: string) => ({ number, template, status: 'live' as const });
const present = () => encodeToken({ epoch: render.contexts.epoch, sequence: render.contexts.lastSequence });

/** An organization of its own with some teams, and a key that reads all of them. */
async function place(...slugs: readonly (readonly string[])[]) {
  const org = await render.organization();
  const teamIds = [org.teamId];
  while (teamIds.length < slugs.length) teamIds.push(await render.team(org.orgId));
  const ids = new Map<string, string>();
  for (const [index, list] of slugs.entries())
    for (const slug of list)
      ids.set(slug, await render.prompt({ teamId: teamIds[index] ?? '', slug, versions: [live(1, slug)] }));
  const key = await render.identity.createKey(org.orgId, { operation: 'read_render' });
  return { ...org, teamIds, key, token: key.token, idOf: (slug: string) => ids.get(slug) ?? '' };
}

async function listen(token: string, options: ListenerOptions = {}): Promise<Listener> {
  const headers = {
    'px0-min-revision': present(),
    'px0-consistency': 'require',
    'accept-encoding': 'identity',
    ...options.headers,
  };
  for (;;) {
    const listener = await Listener.open(render.url, token, { ...options, headers });
    open.push(listener);
    // The process has not caught up in time.
    if (listener.status === 503) continue;
    await listener.next('sync');
    return listener;
  }
}

/** A heartbeat may come at any time. */
const types = (listener: Listener, from: number) =>
  listener.frames
    .slice(from)
    .map(({ type }) => type)
    .filter((type) => type !== 'heartbeat');

describe('a stream', () => {
  it('begins with everything, goes on with each change, and shows now and then that nothing was missed', async () => {
    const { orgId, token, teamId, idOf } = await place(['greeting'], []);
    const listener = await listen(token);
    expect(listener.status).toBe(200);
    expect(Object.fromEntries(listener.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      vary: 'Authorization, Accept-Encoding',
      'px0-revision': expect.stringMatching(/^[\w-]+$/),
      'x-px0-stream-owner': orgId,
    });
    expect(types(listener, 0).toSorted()).toEqual(['begin', 'begin', 'hello', 'put', 'sync']);
    expect([types(listener, 0)[0], types(listener, 0).at(-1)]).toEqual(['hello', 'sync']);
    expect(listener.frames[0]).toMatchObject({
      protocol: 1,
      resumed: false,
      stale: false,
      heartbeat_ms: 1200,
    });
    const seen = listener.frames.length;
    await render.prompt({ id: idOf('greeting'), teamId, slug: 'greeting', versions: [live(2, 'new')] });
    const mark = await listener.next('mark', seen);
    expect(types(listener, seen)).toEqual(['put', 'mark']);
    expect(mark.revision).toBe(present());
    expect(listener.prompt(teamId, idOf('greeting'))).toMatchObject({
      live: 2,
      versions: [{ template: 'new' }],
    });
    await listener.next('heartbeat', seen);
  });

  it('makes no frame of what changes nothing that is delivered', async () => {
    const { token, teamId, idOf } = await place(['kept']);
    const listener = await listen(token);
    const [put] = of(listener.frames, 'put');
    const seen = listener.frames.length;
    const versions = [live(1, 'kept'), { number: 2, template: 'draft' }];
    await render.prompt({
      id: idOf('kept'),
      teamId,
      slug: 'kept',
      versions,
      createdAt: put?.prompt.created_at ?? '',
    });
    const covers = present();
    await listener.until(() => listener.last === covers || undefined, 'a heartbeat that covers the draft');
    expect(types(listener, seen)).toEqual([]);
  });

  it('tells of tags, states, new and deleted prompts', async () => {
    const { token, teamId, idOf } = await place(['one']);
    const listener = await listen(token);
    const id = idOf('one');
    const held = () => listener.prompt(teamId, id);
    await render.prompt({ id, teamId, slug: 'one', tags: { prod: 1 }, versions: [live(1, 'one')] });
    await listener.until(() => held()?.tags['prod'] === 1 || undefined);
    await render.prompt({
      id,
      teamId,
      slug: 'one',
      versions: [{ number: 1, template: 'one' }],
      status: 'archived',
    });
    await listener.until(() => (held()?.live === null && held()?.status === 'archived') || undefined);
    await render.prompt({ teamId, slug: 'two', versions: [] });
    await listener.until(() => listener.slugs.includes('two') || undefined);
    await render.contexts.remove('prompt', id);
    await listener.until(() => !listener.slugs.includes('one') || undefined);
  });

  it('shows a move to those who see the new team, the old one, or both, and never a moment without the prompt', async () => {
    const { orgId, token, teamIds, idOf } = await place(['moves'], ['stays']);
    const [from = '', to = ''] = teamIds;
    const keyOf = async (team: string) =>
      (await render.identity.createKey(orgId, { scope: { kind: 'teams', team_ids: [team] } })).token;
    const [ofOld, ofNew, ofBoth] = [
      await listen(await keyOf(from)),
      await listen(await keyOf(to)),
      await listen(token),
    ];
    const seen = [ofOld, ofNew, ofBoth].map(({ frames }) => frames.length);
    await render.prompt({ id: idOf('moves'), teamId: to, slug: 'moves', versions: [live(1, 'moves')] });
    await Promise.all([ofOld, ofNew, ofBoth].map((listener, index) => listener.next('mark', seen[index])));
    expect(types(ofOld, seen[0] ?? 0)).toEqual(['delete', 'mark']);
    expect(types(ofNew, seen[1] ?? 0)).toEqual(['put', 'mark']);
    expect(types(ofBoth, seen[2] ?? 0)).toEqual(['put', 'delete', 'mark']);
    expect(ofOld.slugs).toEqual([]);
    expect(JSON.stringify(ofOld.frames)).not.toContain('stays');
  });

  it('tells a proxy that it takes a while when its teams must be built first', async () => {
    const { token } = await place(['one']);
    await render.caughtUp(token);
    const ask = (headers: Record<string, string>) =>
      new Promise<number[]>((resolve, reject) => {
        const statuses: number[] = [];
        const asked = get(`${render.url}/v1/delivery/stream`, {
          headers: { authorization: `Bearer ${token}`, ...headers },
        });
        asked.on('information', ({ statusCode }) => statuses.push(statusCode));
        asked.once('response', (res) => {
          res.destroy();
          resolve([...statuses, res.statusCode ?? 0]);
        });
        asked.once('error', reject);
      });
    expect(await ask({ 'x-forwarded-for': '192.0.2.1' })).toEqual([102, 200]);
    expect(await ask({ 'x-forwarded-for': '192.0.2.1' })).toEqual([200]);
    const other = await place(['one']);
    await render.caughtUp(other.token);
    expect(await ask({ authorization: `Bearer ${other.token}` })).toEqual([200]);
  });

  it('of some slugs has its own digests, and ends them when a slug changes', async () => {
    const { token, teamId, idOf } = await place(['a', 'b', 'c'], ['a']);
    const listener = await listen(token, { query: { slugs: 'a,b' } });
    expect(listener.slugs).toEqual(['a', 'a', 'b']);
    const seen = listener.frames.length;
    await render.prompt({ id: idOf('c'), teamId, slug: 'c', versions: [live(2, 'c')] });
    await render.prompt({ id: idOf('b'), teamId, slug: 'd', versions: [live(1, 'b')] });
    await listener.until(() => listener.slugs.length === 2 || undefined);
    await render.prompt({ id: idOf('c'), teamId, slug: 'b', versions: [live(2, 'c')] });
    await listener.until(() => listener.slugs.length === 3 || undefined);
    await expect.poll(() => types(listener, seen)).toEqual(['delete', 'mark', 'put', 'mark']);
  });

  it('of some slugs goes on in a team in which it had seen none', async () => {
    const { token, teamIds } = await place(['a'], ['other']);
    const teamId = teamIds[1] ?? '';
    const listener = await listen(token, { query: { slugs: 'a,z' } });
    // Out of its sight, but it moves the team on.
    await render.prompt({ teamId, slug: 'another', versions: [live(1, 'another')] });
    for (const slug of ['z', 'a']) {
      const seen = listener.frames.length;
      const id = await render.prompt({ teamId, slug, versions: [live(1, slug)] });
      await listener.next('mark', seen);
      expect(listener.prompt(teamId, id)).toMatchObject({ slug });
    }
    expect(listener.slugs).toEqual(['a', 'a', 'z']);
    const resumed = await Listener.synced(render.url, token, {
      query: { slugs: 'a,z' },
      held: listener,
      headers: { 'accept-encoding': 'identity' },
    });
    open.push(resumed);
    expect(types(resumed, 0)).toEqual(['hello', 'sync']);
    await resumed.next('heartbeat');
  });

  it('is compressed piece by piece, each readable before the next is sent', async () => {
    const { token, teamId } = await place(['one']);
    const plain = await listen(token);
    const compressed = await listen(token, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    for (const slug of ['two', 'three', 'four']) {
      await render.prompt({ teamId, slug, versions: [live(1, slug)] });
      await Promise.all(
        [plain, compressed].map((listener) =>
          listener.until(() => listener.slugs.includes(slug) || undefined),
        ),
      );
    }
    expect(compressed.slugs).toEqual(plain.slugs);
  });

  it('of HTTP/1.0 is not chunked, and HEAD has the headers alone', async () => {
    const { token } = await place(['one']);
    await listen(token);
    const asked = async (request: string, enough: RegExp) => {
      const socket = connect(Number(new URL(render.url).port), '127.0.0.1');
      socket.write(`${request}\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      let text = '';
      for await (const bytes of socket) {
        text += String(bytes);
        if (enough.test(text)) break;
      }
      socket.destroy();
      return text;
    };
    const old = await asked('GET /v1/delivery/stream HTTP/1.0', /event: sync\n(?:.+\n)+\n/);
    expect(old.toLowerCase()).not.toContain('transfer-encoding');
    expect(old).toMatch(/\r\n\r\nevent: hello\ndata: \{/);
    const head = await asked('HEAD /v1/delivery/stream HTTP/1.1', /\r\n\r\n/);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).not.toContain('event:');
  });
});

describe('a stream that goes on from a revision', () => {
  it('has only what has changed and left since, whatever else there is', async () => {
    const { token, teamIds, idOf } = await place(['stays', 'changes', 'goes'], ['other']);
    const [here = ''] = teamIds;
    const first = await listen(token);
    first.leave();
    await render.prompt({ id: idOf('changes'), teamId: here, slug: 'changes', versions: [live(2, 'new')] });
    await render.contexts.remove('prompt', idOf('goes'));
    const second = await listen(token, { held: first });
    expect(types(second, 0)).toEqual(['hello', 'begin', 'put', 'delete', 'sync']);
    expect(second.frames[0]).toMatchObject({ resumed: true });
    expect(second.frames[1]).toMatchObject({ team_id: here, base: first.last });
    expect(second.slugs).toEqual(['changes', 'other', 'stays']);
  });

  it('of nothing has only the sync', async () => {
    const { token } = await place(['one']);
    const first = await listen(token);
    const second = await listen(token, { held: first });
    expect(types(second, 0)).toEqual(['hello', 'sync']);
  });

  it('is whole for what is no revision of this epoch, and refused for a later one', async () => {
    const { token } = await place(['one']);
    for (const id of ['hello', 'x'.repeat(70), encodeToken({ epoch: '1', sequence: 5 })]) {
      const listener = await listen(token, { headers: { 'last-event-id': id } });
      expect(listener.frames[0]).toMatchObject({ resumed: false });
      expect(listener.slugs).toEqual(['one']);
    }
    const later = encodeToken({ epoch: render.contexts.epoch, sequence: 1_000_000 });
    const refused = await Listener.open(render.url, token, { headers: { 'last-event-id': later } });
    expect(refused.status).toBe(503);
  });
});

describe('rights that change under a stream', () => {
  it('end it when the key does', async () => {
    const { token, key } = await place(['one']);
    const listener = await listen(token);
    await render.contexts.remove('apiKey', key.id);
    expect(await listener.next('end')).toEqual({ type: 'end', status: 401, error: 'unauthorized' });
    await listener.over();
    expect((await Listener.open(render.url, token)).status).toBe(401);
  });

  it('end it by the clock, too', async () => {
    const { orgId } = await place(['one']);
    // On a busy machine the first ones have expired before a stream is open.
    for (let lifeMs = 2_000; ; lifeMs *= 2) {
      const expires_at = new Date(Date.now() + lifeMs).toISOString();
      const { token } = await render.identity.createKey(orgId, { expires_at });
      await render.caughtUp(token);
      const listener = await Listener.open(render.url, token);
      open.push(listener);
      if (listener.status === 401) continue;
      expect((await listener.next('sync')).key_expires_at).toBe(expires_at);
      expect(await listener.next('end')).toMatchObject({ status: 401 });
      return;
    }
  });

  it('end it when a user is not verified any more', async () => {
    const { teamId } = await place(['one']);
    const user = await render.identity.register();
    await render.member(teamId, user.id);
    const listener = await listen(user.token);
    expect(listener.headers.get('x-px0-stream-owner')).toBe(user.id);
    expect(listener.slugs).toEqual(['one']);
    await render.identity.change(user.id, { is_verified: false });
    expect(await listener.next('end')).toEqual({ type: 'end', status: 403, error: 'user is not verified' });
  });

  it('end it with the session, the organization, and the last team that a key lists', async () => {
    const { orgId, teamIds, token } = await place(['one'], ['two']);
    const [first = '', second = ''] = teamIds;
    const user = await render.identity.register();
    await render.member(first, user.id);
    const listed = await render.identity.createKey(orgId, { scope: { kind: 'teams', team_ids: [second] } });
    const [ofUser, ofListed, ofAll] = [
      await listen(user.token),
      await listen(listed.token),
      await listen(token),
    ];
    const unauthorized = { type: 'end', status: 401, error: 'unauthorized' };
    await render.identity.change(user.id, { sessions: { floor: 0, revoked: [[1, 1]] } });
    expect(await ofUser.next('end')).toEqual(unauthorized);
    await render.contexts.remove('team', second);
    expect(await ofListed.next('end')).toEqual(unauthorized);
    await render.contexts.remove('organization', orgId);
    expect(await ofAll.next('end')).toEqual(unauthorized);
  });

  it('leave it open until a day that no timer reaches', async () => {
    const { orgId } = await place(['one']);
    const expires_at = '2100-01-01T00:00:00.000Z';
    const { token } = await render.identity.createKey(orgId, { expires_at });
    const listener = await listen(token);
    expect(of(listener.frames, 'sync')[0]?.key_expires_at).toBe(expires_at);
    await listener.next('heartbeat');
    expect(listener.isOver).toBe(false);
  });

  it('drop a team that is lost, and bring one that is gained', async () => {
    const { orgId, token, teamIds } = await place(['a'], ['b']);
    const [first = '', second = ''] = teamIds;
    const user = await render.identity.register();
    await render.member(first, user.id);
    const [ofKey, ofUser] = [await listen(token), await listen(user.token)];
    await render.member(second, user.id);
    await ofUser.until(() => ofUser.slugs.join() === 'a,b' || undefined);
    await render.contexts.remove('membership', `${first}.${user.id}`);
    await ofUser.until(() => ofUser.slugs.join() === 'b' || undefined);
    expect(of(ofUser.frames, 'drop')).toEqual([{ type: 'drop', team_id: first }]);

    const third = await render.team(orgId);
    await render.prompt({ teamId: third, slug: 'c', versions: [live(1, 'c')] });
    await ofKey.until(() => ofKey.slugs.join() === 'a,b,c' || undefined);
    await render.contexts.remove('team', second);
    await ofKey.until(() => ofKey.slugs.join() === 'a,c' || undefined);
    const elsewhere = await render.organization();
    await render.contexts.publish('team', third, {
      org_id: elsewhere.orgId,
      name: 'Team',
      is_default: false,
      created_at: new Date().toISOString(),
    });
    await ofKey.until(() => ofKey.slugs.join() === 'a' || undefined);
    const seen = ofKey.frames.length;
    await render.prompt({ teamId: third, slug: 'secret', versions: [live(1, 'secret')] });
    await render.prompt({ teamId: first, slug: 'd', versions: [live(1, 'd')] });
    await ofKey.next('mark', seen);
    expect(JSON.stringify(ofKey.frames)).not.toContain('secret');
  });
});

describe('rights that are lost while a request waits', () => {
  /** A tagged version whose content never comes holds up whoever asks for the team first. */
  async function waiting() {
    const { orgId, teamId, key, token } = await place([]);
    const id = randomUUID();
    const now = new Date().toISOString();
    await render.contexts.publish('prompt', id, {
      team_id: teamId,
      slug: 'secret',
      name: 'secret',
      status: 'active',
      created_at: now,
      updated_at: now,
      live: { number: 1, template: 'secret' },
      tags: { next: 2 },
      versions: [
        [1, 'live', 1],
        [2, 'draft', 1],
      ],
    });
    await render.caughtUp(token);
    const ask = async (path: string) => {
      const response = await fetch(`${render.url}/v1/delivery/${path}`, {
        headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' },
      });
      return { status: response.status, read: () => response.text() };
    };
    return { orgId, teamId, key, ask };
  }

  /** They wait two seconds at most, within which a machine that stands still does not get the loss to them. */
  const inTime = (scene: () => Promise<void>) =>
    eventually(() => scene().then(() => true), { what: 'rights that are lost in time' });

  it('refuse it', () =>
    inTime(async () => {
      const { key, ask } = await waiting();
      const answers = Promise.all([ask('stream'), ask('snapshot'), ask('stream?slugs=secret')]);
      // It is answered after the others have been admitted.
      await ask('nothing');
      await render.contexts.remove('apiKey', key.id);
      const statuses = (await answers).map(({ status }) => status);
      expect(statuses).toEqual([401, 401, 401]);
      for (const answer of await answers) expect(await answer.read()).toBe('{"error":"unauthorized"}');
    }));

  it('narrow it, or refuse it where they were asked for by name', () =>
    inTime(async () => {
      const { teamId, ask } = await waiting();
      const answers = Promise.all([ask('snapshot'), ask(`snapshot?team_id=${teamId}`)]);
      await ask('nothing');
      const { orgId: elsewhere } = await render.organization();
      const created_at = new Date().toISOString();
      await render.contexts.publish('team', teamId, {
        org_id: elsewhere,
        name: 'Team',
        is_default: false,
        created_at,
      });
      const [all, named] = await answers;
      expect([all.status, named.status]).toEqual([200, 403]);
      expect(await all.read()).not.toContain('secret');
      expect(await named.read()).toBe('{"error":"forbidden"}');
    }));
});

describe('a client that does not read', () => {
  it('is passed over, and afterwards sent what has changed, once', async () => {
    const { token, teamId } = await place(['slow', 'other']);
    const socket = connect({ port: Number(new URL(render.url).port), host: '127.0.0.1', onread: undefined });
    socket.pause();
    socket.write(`GET /v1/delivery/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const watcher = await listen(token);
    const id = randomUUID();
    const texts = Array.from({ length: 60 }, (_, index) => `${index}${'x'.repeat(400_000)}`);
    for (const [index, text] of texts.entries()) {
      await render.prompt({ id, teamId, slug: 'large', versions: [live(index + 1, text)] });
      await watcher.until(() => watcher.prompt(teamId, id)?.live === index + 1 || undefined);
    }
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    socket.resume();
    while (!received.includes('"live":60,')) await once(socket, 'data');
    const shown = new Set(
      received.match(/"live":\d+,"tags":\{\},"versions":\[\{"version":\d+,"status":"live","template":"\d+x/g),
    );
    expect(shown.size).toBeLessThan(60);
    socket.destroy();
  }, 180_000);
});

describe('a stream is refused', () => {
  it('to a caller who has too many', async () => {
    const { token } = await place(['one']);
    const first = await listen(token);
    await Promise.all(Array.from({ length: 19 }, () => listen(token)));
    const refused = await fetch(`${render.url}/v1/delivery/stream`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([refused.status, await refused.text()]).toEqual([429, '{"error":"too many streams"}']);
    expect(refused.headers.get('retry-after')).toBe('30');
    first.leave();
    for (;;) {
      const again = await Listener.open(render.url, token);
      open.push(again);
      if (again.status === 200) break;
    }
  });

  it('behind another one in the same connection', async () => {
    const { token } = await place(['one']);
    const request = `GET /v1/delivery/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const socket = connect(Number(new URL(render.url).port), '127.0.0.1');
    socket.write(request + request);
    let text = '';
    for await (const bytes of socket) {
      text += String(bytes);
      if (text.includes('event: heartbeat')) break;
    }
    socket.destroy();
    expect(text.match(/event: hello/g)).toHaveLength(1);
  });
});

describe('a process', () => {
  it('that stops asks its clients to go elsewhere, and ends the streams that are left', async () => {
    const own = await RenderFixture.start({ SHUTDOWN_TIMEOUT_MS: '1000', DRAIN_DELAY_MS: '2000' });
    const { orgId } = await own.organization();
    const { token } = await own.identity.createKey(orgId);
    await own.caughtUp(token);
    const listener = await Listener.synced(own.url, token);
    const stopped = own.stop();
    expect(await listener.next('goaway')).toEqual({
      type: 'goaway',
      reason: 'drain',
      retry_ms: [0, 2_000],
      grace_ms: 2_500,
    });
    const refused = await Listener.open(own.url, token);
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
    await listener.over();
    await stopped;
  });

  it('asks a client to connect anew when its stream is old', async () => {
    const own = await RenderFixture.start({ DELIVERY_STREAM_MS: '1000', DELIVERY_HEARTBEAT_MS: '600' });
    const { orgId } = await own.organization();
    const { token } = await own.identity.createKey(orgId);
    await own.caughtUp(token);
    const listener = await Listener.synced(own.url, token);
    expect(await listener.next('goaway')).toMatchObject({ reason: 'rebalance', grace_ms: 10_000 });
    listener.leave();
    await own.stop();
  });

  it('keeps its streams when an epoch begins, and tells them when all of it has been shown', async () => {
    const own = await RenderFixture.start({ DELIVERY_HEARTBEAT_MS: '600' });
    const { contexts } = own;
    const created_at = new Date().toISOString();
    const [orgId, teamId, keyId, one, two] = Array.from({ length: 5 }, () => randomUUID());
    if (!orgId || !teamId || !keyId || !one || !two) throw new Error('no ids');
    const token = newApiKey();
    const show = async (prompts: readonly (readonly [id: string, slug: string])[]) => {
      await own.identity.start();
      await contexts.publish('organization', orgId, { name: 'Acme', created_at });
      await contexts.publish('team', teamId, { org_id: orgId, name: 'Team', is_default: true, created_at });
      await contexts.publish('apiKey', keyId, {
        key_hash: hashApiKey(token),
        org_id: orgId,
        scope: { kind: 'organization' },
        operation: 'all',
        name: 'a key',
        created_at,
        expires_at: null,
      });
      for (const [id, slug] of prompts)
        await own.prompt({ id, teamId, slug, versions: [live(1, slug)], createdAt: created_at });
    };
    await show([
      [one, 'one'],
      [two, 'two'],
    ]);
    await own.caughtUp(token);
    const listener = await Listener.synced(own.url, token);
    expect(listener.slugs).toEqual(['one', 'two']);
    const seen = listener.frames.length;
    const before = contexts.epoch;
    await contexts.declareEpoch();
    await show([[one, 'one']]);
    await contexts.complete('identity', 'tenancy', 'registry');
    const sync = await listener.next('sync', seen);
    expect(contexts.epoch).not.toBe(before);
    expect(decodeToken(sync.revision)?.epoch).toBe(contexts.epoch);
    expect(listener.slugs).toEqual(['one']);
    expect(of(listener.frames.slice(seen), 'put')).toEqual([]);
    const resumed = await Listener.synced(own.url, token, { held: listener });
    expect(types(resumed, 0)).toEqual(['hello', 'sync']);
    const after = resumed.frames.length;
    await own.prompt({ id: one, teamId, slug: 'one', versions: [live(2, 'new')], createdAt: created_at });
    for (const each of [listener, resumed])
      await each.until(() => each.prompt(teamId, one)?.live === 2 || undefined);
    await resumed.next('mark', after);
    expect(of(resumed.frames.slice(after), 'mark')).toHaveLength(1);
    for (const each of [listener, resumed]) each.leave();
    await own.stop();
  });
});

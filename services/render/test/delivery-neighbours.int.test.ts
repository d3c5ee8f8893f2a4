/** What clients of some do must cost the clients of others nothing. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeToken } from '@px0/event-bus';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Piece } from '../src/delivery/stream/piece.ts';
import { Listener } from './delivery-client.ts';
import { RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
const leaves: (() => void)[] = [];

beforeAll(async () => {
  render = await RenderFixture.start();
});
afterEach(() => {
  for (const leave of leaves.splice(0)) leave();
});
afterAll(() => render.stop());

const live = (number: number, template: string) => ({ number, template, status: 'live' as const });
const present = () => encodeToken({ epoch: render.contexts.epoch, sequence: render.contexts.lastSequence });

async function listen(token: string): Promise<Listener> {
  const listener = await Listener.synced(render.url, token, { headers: { 'px0-min-revision': present() } });
  leaves.push(() => listener.leave());
  return listener;
}

/** A client that connects, and has read no further than to an event. */
async function connected(token: string, event: 'begin' | 'sync', query = ''): Promise<Socket> {
  const socket = connect({ port: Number(new URL(render.url).port), host: '127.0.0.1' });
  leaves.push(() => socket.destroy());
  socket.write(
    `GET /v1/delivery/stream${query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  for (let text = ''; !text.includes(`event: ${event}\n`); )
    text = text.slice(-100) + String((await once(socket, 'data'))[0]);
  socket.pause();
  return socket;
}

describe('clients that do not read', () => {
  it('keep nobody else from being brought up to date, however many callers they are', async () => {
    const crowd = await render.organization();
    for (let i = 0; i < 16; i += 1)
      await render.prompt({
        teamId: crowd.teamId,
        slug: `large_${i}`,
        versions: [live(1, `${i}${'x'.repeat(500_000)}`)],
      });
    const users = await Promise.all(Array.from({ length: 4 }, () => render.identity.register()));
    for (const user of users) await render.member(crowd.teamId, user.id);
    const { orgId, teamId } = await render.organization();
    await render.prompt({ teamId, slug: 'small', versions: [live(1, 'small')] });
    const key = await render.identity.createKey(orgId);
    await render.caughtUp(key.token);

    // As many as run at a time, each of which has been begun and goes no further.
    await Promise.all(
      users.flatMap(({ token }) => Array.from({ length: 8 }, () => connected(token, 'begin'))),
    );
    const listener = await listen(key.token);
    expect(listener.slugs).toEqual(['small']);
  }, 60_000);
});

describe('clients of one organization that each chose other prompts', () => {
  it('have a change of one that all of them chose compressed once, so that nobody else’s waits for it', async () => {
    const crowd = await render.organization();
    const [large, small] = [randomUUID(), randomUUID()];
    // Too large to be compressed in the main thread.
    const text = () => randomBytes(100_000).toString('base64');
    await render.prompt({ id: large, teamId: crowd.teamId, slug: 'large', versions: [live(1, text())] });
    const crowdKey = await render.identity.createKey(crowd.orgId);
    const { orgId, teamId } = await render.organization();
    await render.prompt({ id: small, teamId, slug: 'small', versions: [live(1, 'small')] });
    const key = await render.identity.createKey(orgId);
    await render.caughtUp(key.token);
    const listener = await listen(key.token);
    const sockets: Socket[] = [];
    for (let i = 0; i < 50; i += 1)
      sockets.push(await connected(crowdKey.token, 'sync', `?slugs=large,other_${i}`));
    for (const socket of sockets) socket.resume();
    const shown = Promise.all(
      sockets.map(async (socket) => {
        for (let seen = ''; !seen.includes('event: mark\n'); )
          seen = seen.slice(-100) + String((await once(socket, 'data'))[0]);
      }),
    );
    const compressions = vi.spyOn(Piece.prototype, 'prepare');
    await render.prompt({ id: large, teamId: crowd.teamId, slug: 'large', versions: [live(2, text())] });
    await render.prompt({ id: small, teamId, slug: 'small', versions: [live(2, 'small')] });
    await listener.until(() => listener.prompt(teamId, small)?.live === 2 || undefined);
    await shown;
    expect(compressions).toHaveBeenCalledTimes(1);
    compressions.mockRestore();
  }, 60_000);
});

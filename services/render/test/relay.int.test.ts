import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Replica } from '@px0/delivery';
import { bundlePrivateKey, newBundlePrivateKey, writeBundle } from '@px0/delivery/bundle';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Listener, snapshot } from './delivery-client.ts';
import { RelayFixture, renderAt, send } from './relay-fixture.ts';

let house: RelayFixture;

beforeAll(async () => {
  house = await RelayFixture.start();
});

afterAll(() => house.stop());

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

async function greeting(teamId: string, slug = 'greeting', text = 'Hello {{.name}}', id?: string) {
  const versions = [{ number: 1, template: text, status: 'live' as const }];
  return house.px0.prompt({ teamId, slug, versions, ...(id !== undefined && { id }) });
}

/** Waits for a render to be answered with the text. */
async function rendersAt(relay: { url: string }, token: string, text: string, path = 'greeting/render') {
  await eventually(
    async () => {
      const answer = await renderAt(relay, path, token, { variables: { name: 'Ada' } });
      return (answer.body as { rendered?: string }).rendered === text;
    },
    { what: `the text ${text}` },
  );
}

describe('a relay', () => {
  it('answers renders and batches as its upstream does, and follows it', async () => {
    const { teamId, token } = await house.caller();
    const id = await house.px0.prompt({
      teamId,
      slug: 'greeting',
      versions: [
        { number: 1, template: 'Hello {{.name}}', status: 'live' },
        { number: 2, template: 'Bye {{.name}}', status: 'draft' },
      ],
      tags: { next: 2 },
    });
    await house.px0.caughtUp(token);
    const relay = await house.relay(token);
    const variables = { name: 'Ada' };
    for (const path of ['greeting/render', 'greeting/versions/next/render', 'greeting/versions/1/render']) {
      const [own, upstream] = await Promise.all([
        renderAt(relay, path, token, { variables }),
        house.px0.render(path, token, { variables }),
      ]);
      expect([own.status, own.body]).toEqual([200, upstream.body]);
      expect(own.headers.get('px0-stale')).toBeNull();
      expect(own.headers.get('px0-revision')).toBeTruthy();
    }
    const batch = { renders: [{ slug: 'greeting', variables }, { slug: 'nothing' }] };
    const results = (await send(`${relay.url}/v1/render/batch`, token, batch)).body;
    expect(results).toMatchObject({
      results: [
        { status: 200, rendered: 'Hello Ada', version: 1 },
        { status: 404, error: 'prompt not found' },
      ],
    });
    await house.px0.prompt({
      id,
      teamId,
      slug: 'greeting',
      versions: [
        { number: 1, template: 'Hello {{.name}}', status: 'stable' },
        { number: 2, template: 'Bye {{.name}}', status: 'live' },
      ],
    });
    await rendersAt(relay, token, 'Bye Ada');
    expect((await renderAt(relay, 'greeting/versions/next/render', token)).status).toBe(404);
  });

  it('answers nothing else, and nobody else', async () => {
    const { teamId, token } = await house.caller();
    await greeting(teamId);
    await house.px0.caughtUp(token);
    const relay = await house.relay(token);
    const get = (path: string) => fetch(relay.url + path, { headers: { authorization: `Bearer ${token}` } });
    for (const path of ['/v1/prompts', '/v1/prompts/greeting', '/v1/teams', '/v1/nothing']) {
      const answer = await get(path);
      expect([path, answer.status, await answer.json()]).toEqual([path, 404, { error: 'not found' }]);
    }
    expect(await (await fetch(`${relay.url}/v1/health`)).json()).toEqual({ status: 'OK' });
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
    const stranger = await renderAt(relay, 'greeting/render', `${token}x`);
    expect([stranger.status, stranger.body]).toEqual([401, { error: 'unauthorized' }]);
    expect((await renderAt(relay, 'greeting/render', undefined)).status).toBe(401);
    expect((await snapshot(relay.url, 'nobody')).status).toBe(401);
  });

  it('delivers what it is delivered, also through another relay', async () => {
    const { teamId, token } = await house.caller();
    const id = await greeting(teamId);
    await greeting(teamId, 'other', 'x');
    await house.px0.caughtUp(token);
    const first = await house.relay(token);
    const second = await house.relay(token, { PX0_UPSTREAM: first.url });
    const [one, two, upstream] = await Promise.all(
      [first.url, second.url, house.px0.url].map((url) => snapshot(url, token)),
    );
    expect(one?.headers.get('etag')).toBe(upstream?.headers.get('etag'));
    expect(two?.headers.get('etag')).toBe(upstream?.headers.get('etag'));
    const listener = await Listener.synced(second.url, token);
    expect(listener.slugs).toEqual(['greeting', 'other']);
    const seen = listener.frames.length;
    await greeting(teamId, 'greeting', 'Changed {{.name}}', id);
    const { prompt } = await listener.next('put', seen);
    expect(prompt.versions[0]?.template).toBe('Changed {{.name}}');
    await listener.next('mark', seen);
    await rendersAt(second, token, 'Changed Ada');
    // It goes on where it was, at the other one.
    const { last } = listener;
    listener.leave();
    const resumed = await Listener.synced(first.url, token, { held: listener });
    expect((await resumed.next('hello')).resumed).toBe(last !== undefined);
    expect(resumed.frames.filter(({ type }) => type === 'put')).toEqual([]);
    resumed.leave();
  });

  it('goes on without its upstream, says so, and starts again from its file', async () => {
    const { teamId, token } = await house.caller();
    await greeting(teamId);
    await house.px0.caughtUp(token);
    const environment = { RELAY_STATE_DIR: await house.folder() };
    const relay = await house.relay(token, environment);
    const listener = await Listener.synced(relay.url, token);
    house.proxy.cut();
    try {
      await eventually(
        async () => (await renderAt(relay, 'greeting/render', token)).headers.get('px0-stale') === 'true',
        { what: 'an answer that says it is stale' },
      );
      await listener.until(() => listener.frames.find((frame) => frame.type === 'heartbeat' && frame.stale));
      expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
      expect((await fetch(`${relay.url}/readyz?max_stale=3600`)).status).toBe(200);
      await eventually(async () => (await fetch(`${relay.url}/readyz?max_stale=0`)).status === 503);
      const unknown = await renderAt(relay, 'greeting/render', 'another');
      expect([unknown.status, unknown.headers.get('px0-stale')]).toEqual([401, 'true']);
      listener.leave();
      await relay.stop();

      const again = await house.begin(token, environment);
      const answer = await renderAt(again, 'greeting/render', token, { variables: { name: 'Ada' } });
      expect([answer.status, answer.body]).toMatchObject([200, { rendered: 'Hello Ada' }]);
      expect(answer.headers.get('px0-stale')).toBe('true');
      expect((await snapshot(again.url, token)).headers.get('px0-stale')).toBe('true');
      house.proxy.heal();
      await eventually(
        async () => (await renderAt(again, 'greeting/render', token)).headers.get('px0-stale') === null,
        { what: 'an answer that is current again' },
      );
    } finally {
      house.proxy.heal();
    }
  });

  it('answers 503 to everybody before it holds anything', async () => {
    const { token } = await house.caller();
    house.proxy.cut();
    try {
      const relay = await house.begin(token);
      expect((await renderAt(relay, 'greeting/render', token)).status).toBe(503);
      expect((await renderAt(relay, 'greeting/render', 'nobody')).status).toBe(503);
      expect((await snapshot(relay.url, 'nobody')).status).toBe(503);
      expect((await fetch(`${relay.url}/v1/nothing`)).status).toBe(503);
      expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
    } finally {
      house.proxy.heal();
    }
  });

  it('answers 503 when the upstream has not confirmed for too long', async () => {
    const { teamId, token } = await house.caller();
    await greeting(teamId);
    await house.px0.caughtUp(token);
    const relay = await house.relay(token, { RELAY_MAX_STALE_MS: '1' });
    house.proxy.cut();
    try {
      await eventually(async () => (await renderAt(relay, 'greeting/render', token)).status === 503);
      expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
    } finally {
      house.proxy.heal();
    }
    await rendersAt(relay, token, 'Hello Ada');
  });

  it('takes the tokens of a file, each for its teams, and reads it again', async () => {
    const { orgId, teamId, token } = await house.caller();
    const otherTeam = await house.px0.team(orgId);
    await greeting(teamId);
    await greeting(otherTeam, 'secret');
    await house.px0.caughtUp(token);
    const file = join(await house.folder(), 'tokens.ndjson');
    const line = (name: string, secret: string, team_ids?: string[]) =>
      `${JSON.stringify({ name, sha256: hashOf(secret), ...(team_ids && { team_ids }) })}\n`;
    await writeFile(
      file,
      line('narrow', 'n', [teamId]) + line('wide', 'any form at all'.replaceAll(' ', '-')),
    );
    const relay = await house.relay(token, { RELAY_TOKENS_FILE: file });
    const statusOf = async (path: string, secret: string) =>
      (await renderAt(relay, path, secret, { variables: { name: 'Ada' } })).status;
    expect(await statusOf('greeting/render', 'n')).toBe(200);
    expect(await statusOf('secret/render', 'n')).toBe(404);
    expect(await statusOf('secret/render', 'any-form-at-all')).toBe(200);
    expect(await statusOf('secret/render', token)).toBe(200);
    const named = await snapshot(relay.url, 'n', { team_id: otherTeam });
    expect(named.status).toBe(403);
    const listener = await Listener.synced(relay.url, 'n');
    expect(listener.slugs).toEqual(['greeting']);
    await writeFile(file, line('later', 'later', [otherTeam]));
    expect(await listener.next('end')).toMatchObject({ status: 401, error: 'unauthorized' });
    expect(await statusOf('greeting/render', 'n')).toBe(401);
    expect(await statusOf('secret/render', 'later')).toBe(200);
    // One that is wrong changes nothing.
    await writeFile(file, 'nonsense\n');
    await house.px0.caughtUp(token);
    expect(await statusOf('secret/render', 'later')).toBe(200);
  });

  it('refuses everybody when its key is revoked, and keeps nothing', async () => {
    const { teamId, token, keyId } = await house.caller();
    await greeting(teamId);
    await house.px0.caughtUp(token);
    const folder = await house.folder();
    const tokens = join(folder, 'tokens.ndjson');
    await writeFile(tokens, JSON.stringify({ name: 'a', sha256: hashOf('a') }));
    const relay = await house.relay(token, { RELAY_STATE_DIR: folder, RELAY_TOKENS_FILE: tokens });
    const stateFile = join(folder, 'state.ndjson');
    await eventually(async () => (await readFile(stateFile, 'utf8')).includes('Hello'), {
      what: 'a state file',
    });
    const listener = await Listener.synced(relay.url, 'a');
    await house.px0.contexts.remove('apiKey', keyId);
    expect(await listener.next('end')).toMatchObject({ status: 401, error: 'unauthorized' });
    expect(listener.frames.filter(({ type }) => type === 'delete')).toEqual([]);
    for (const caller of ['a', token]) {
      const refused = await renderAt(relay, 'greeting/render', caller);
      expect([refused.status, refused.headers.get('px0-stale')]).toEqual([401, null]);
      expect(refused.headers.get('px0-revision')).toBeTruthy();
    }
    await eventually(async () => !(await readFile(stateFile, 'utf8')).includes('Hello'), {
      what: 'an empty state file',
    });
    await relay.stop();
    const again = await house.begin(token, { RELAY_STATE_DIR: folder });
    await eventually(async () => (await renderAt(again, 'greeting/render', token)).status === 401);
    expect((await snapshot(again.url, token)).headers.get('px0-revision')).toBeTruthy();
  });

  it('answers from a bundle alone, and takes its place when another one is put there', async () => {
    const { teamId, token } = await house.caller();
    const id = await greeting(teamId);
    const folder = await house.folder();
    const [file, tokens] = [join(folder, 'prompts.bundle'), join(folder, 'tokens.ndjson')];
    const key = bundlePrivateKey(newBundlePrivateKey());
    if (key === undefined) throw new Error('a new key is one');
    const put = async () => {
      await house.px0.caughtUp(token);
      const replica = new Replica();
      for (const frame of (await snapshot(house.px0.url, token)).frames) replica.apply(frame);
      const header = { name: 'prompts', host: house.px0.url, createdAt: Date.now() };
      await writeFile(file, writeBundle(replica, header, key));
    };
    await put();
    await writeFile(tokens, JSON.stringify({ name: 'a', sha256: hashOf('a') }));
    const environment = { RELAY_BUNDLE: file, RELAY_BUNDLE_KEYS: key.publicText, RELAY_TOKENS_FILE: tokens };
    const relay = await house.relay(undefined, environment);
    const answer = await renderAt(relay, 'greeting/render', 'a', { variables: { name: 'Ada' } });
    expect([answer.status, answer.body]).toMatchObject([200, { rendered: 'Hello Ada' }]);
    expect(answer.headers.get('px0-stale')).toBe('true');
    expect((await renderAt(relay, 'greeting/versions/9/render', 'a')).status).toBe(503);
    const listener = await Listener.synced(relay.url, 'a');
    await greeting(teamId, 'greeting', 'Later {{.name}}', id);
    await put();
    await rendersAt(relay, 'a', 'Later Ada');
    await listener.until(() => listener.prompt(teamId, id)?.versions[0]?.template === 'Later {{.name}}');
    listener.leave();
    await expect(house.begin(undefined, { ...environment, RELAY_BUNDLE_KEYS: '' })).rejects.toThrow(
      'RELAY_BUNDLE_KEYS must be set where RELAY_BUNDLE is.',
    );
  });

  it('asks its upstream once for a version that is neither live nor tagged', async () => {
    const { teamId, token } = await house.caller();
    const id = await greeting(teamId);
    await house.px0.caughtUp(token);
    const relay = await house.relay(token);
    const render = (number: number) => renderAt(relay, `greeting/versions/${number}/render`, token);
    const away = await render(7);
    expect([away.status, away.body]).toEqual([503, { error: 'template not yet available' }]);
    const version = (number: number, status: string, template: string) => ({
      status: 200,
      body: { prompt: { id, slug: 'greeting' }, version: { version: number, status, program: { template } } },
    });
    house.answerVersion = (path) => {
      const number = Number(new URL(path, 'http://x').searchParams.get('version'));
      if (number === 7) return version(7, 'stable', 'seven');
      if (number === 8) return version(8, 'draft', `eight ${house.asked.length}`);
      return { status: 404, body: { error: 'version not found' } };
    };
    house.asked.length = 0;
    for (const _ of [1, 2]) expect((await render(7)).body).toMatchObject({ rendered: 'seven', version: 7 });
    expect(house.asked.length).toBe(1);
    expect((await render(8)).body).toMatchObject({ rendered: 'eight 2' });
    expect((await render(8)).body).toMatchObject({ rendered: 'eight 3' });
    const unknown = await render(9);
    expect([unknown.status, unknown.body]).toEqual([404, { error: 'version not found' }]);
    house.answerVersion = () => undefined;
  });
});

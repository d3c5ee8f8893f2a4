import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type DeliveredPrompt, type Frame, Replica, stateFileLines } from '@px0/delivery';
import { encodeToken } from '@px0/event-bus';
import { freePort, temporaryFolder } from '@px0/testing';
import { expect, it } from 'vitest';
import { renderAt } from './relay-fixture.ts';

const main = `${import.meta.dirname}/../src/main.ts`;

function start(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a relay has kept of one prompt. */
function keptOf(prompt: DeliveredPrompt): Replica {
  const revision = encodeToken({ epoch: '1', sequence: 7 });
  const team_id = randomUUID();
  const frames: Frame[] = [
    { type: 'begin', team_id, base: null },
    { type: 'put', team_id, revision, prompt },
    { type: 'sync', revision, digest: prompt.etag, count: 1, teams: [{ team_id, revision }] },
  ];
  const replica = new Replica();
  for (const frame of frames) expect(replica.apply(frame)).toBeUndefined();
  return replica;
}

/** The address that a process says it listens on. */
async function listening({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('its output is not read');
  for await (const line of createInterface({ input: stdout })) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'listening') return url;
  }
  throw new Error('it ended before it listened');
}

it('starts from its disk with everything else down', async () => {
  const folder = await temporaryFolder('relay');
  const host = `http://127.0.0.1:${await freePort()}`;
  const replica = keptOf({
    id: randomUUID(),
    slug: 'greeting',
    status: 'active',
    created_at: '2026-01-01T00:00:00Z',
    live: 1,
    tags: {},
    versions: [{ version: 1, status: 'live', template: 'Hello {{.name}}', language: 1 }],
    etag: '0123456789abcdef',
  });
  const lines = stateFileLines(replica, { host, slugs: undefined, savedAt: Date.now() });
  await writeFile(join(folder, 'state.ndjson'), [...lines].join(''));
  const relay = start({ PX0_UPSTREAM: host, PX0_UPSTREAM_KEY: 'a-key', RELAY_STATE_DIR: folder });
  try {
    const url = await listening(relay);
    const answer = await renderAt({ url }, 'greeting/render', 'a-key', { variables: { name: 'Ada' } });
    expect([answer.status, answer.body]).toMatchObject([200, { rendered: 'Hello Ada', version: 1 }]);
    expect(answer.headers.get('px0-stale')).toBe('true');
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
      ready: true,
      connected: false,
      prompts: 1,
    });
  } finally {
    relay.kill();
    await once(relay, 'exit');
    await rm(folder, { recursive: true });
  }
});

it.each([
  [{ PX0_UPSTREAM: 'http://127.0.0.1:9' }, 'PX0_UPSTREAM_KEY must be set where PX0_UPSTREAM is.'],
  [{ RELAY_BUNDLE: '/nowhere' }, 'RELAY_BUNDLE_KEYS must be set where RELAY_BUNDLE is.'],
  [
    { PX0_UPSTREAM: 'http://127.0.0.1:9', PX0_UPSTREAM_KEY: 'k', RELAY_TOKENS_FILE: '/nowhere' },
    'RELAY_TOKENS_FILE cannot be used: it does not exist.',
  ],
])('does not start with %j', async (env, sentence) => {
  const relay = start(env);
  const [[code], said] = await Promise.all([
    once(relay, 'exit'),
    relay.stderr === null ? '' : text(relay.stderr),
  ]);
  expect([code, said]).toEqual([1, `px0 relay: ${sentence}\n`]);
});

/** A relay and px0 as processes that are killed: px0 is a render process, whose key is revoked while nobody could tell the relay. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashApiKey, newApiKey } from '@px0/access';
import { Px0, UnauthorizedError } from '@px0/sdk';
import {
  eventually,
  ForeignContexts,
  freePort,
  PlayedIdentity,
  type TestBus,
  temporaryFolder,
  testBus,
} from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = join(import.meta.dirname, '..', 'services', 'render', 'src', 'main.ts');
const LONG = { timeout: 60_000 };

/** A process of the render image, always at the same address. */
class Image {
  readonly url: string;
  readonly #env: Record<string, string>;
  #process: ChildProcess | undefined;

  constructor(port: number, env: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#env = { PORT: String(port), DELIVERY_HEARTBEAT_MS: '600', LOG_LEVEL: 'fatal', ...env };
  }

  start(): void {
    this.#process = spawn(process.execPath, [main], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

let folder: string;
let bus: TestBus;
let contexts: ForeignContexts;
/** It is known to the relay before it is to px0. */
const key = { id: '', token: newApiKey() };
let px0: Image;
let relay: Image;
const clients: Px0[] = [];

/** What the other services of px0 have to say; the stream for it is made by the first process of px0. */
async function publish(): Promise<void> {
  await contexts.declareEpoch();
  const identity = new PlayedIdentity(contexts);
  await identity.start();
  const created_at = new Date().toISOString();
  const [orgId, teamId, promptId] = [randomUUID(), randomUUID(), randomUUID()];
  await contexts.publish('organization', orgId, { name: 'Acme', created_at });
  await contexts.publish('team', teamId, { org_id: orgId, name: 'Team', is_default: true, created_at });
  const facts = { operation: 'read_render', key_hash: hashApiKey(key.token) } as const;
  key.id = (await identity.createKey(orgId, facts)).id;
  const program = { template: 'Hello {{.name}}' };
  await contexts.publishBody(promptId, 1, 1, program);
  await contexts.publish('prompt', promptId, {
    team_id: teamId,
    slug: 'greeting',
    name: 'greeting',
    status: 'active',
    created_at,
    updated_at: created_at,
    live: { number: 1, ...program },
    tags: {},
    versions: [[1, 'live', 1]],
  });
  await contexts.complete('identity', 'tenancy', 'registry');
}

beforeAll(async () => {
  folder = await temporaryFolder('relay');
  bus = await testBus();
  contexts = await ForeignContexts.connect(bus);
  px0 = new Image(await freePort(), { NATS_URL: bus.servers, PX0_STREAM_PREFIX: bus.streamPrefix });
  const tokens = join(folder, 'tokens.ndjson');
  const sha256 = createHash('sha256').update('a-token').digest('hex');
  await writeFile(tokens, JSON.stringify({ name: 'a', sha256 }));
  relay = new Image(await freePort(), {
    PX0_UPSTREAM: px0.url,
    PX0_UPSTREAM_KEY: key.token,
    RELAY_STATE_DIR: folder,
    RELAY_TOKENS_FILE: tokens,
  });
});

afterAll(async () => {
  for (const client of clients) await client.close();
  await relay?.kill();
  await px0?.kill();
  await contexts?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What curl is answered: 000 where nobody listens. */
async function curl(token: string): Promise<{ status: string; text: string; isStale: boolean }> {
  const url = `${relay.url}/v1/prompts/greeting/render`;
  const body = JSON.stringify({ variables: { name: 'Ada' } });
  const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/json'];
  const args = ['-s', '-i', '-m', '30', url, ...headers.flatMap((header) => ['-H', header]), '-d', body];
  const { stdout } = await promisify(execFile)('curl', args).catch(() => ({ stdout: 'HTTP/1.1 000' }));
  return {
    status: /^HTTP\/1.1 (\d+)/.exec(stdout)?.[1] ?? '',
    text: /"rendered":"([^"]*)"/.exec(stdout)?.[1] ?? '',
    isStale: /^px0-stale: true/im.test(stdout),
  };
}

function sdk(mode: 'stream' | 'remote'): Px0 {
  const client = new Px0({
    host: relay.url,
    accessToken: key.token,
    mode,
    cache: false,
    timeoutMs: 30_000,
    attemptTimeoutMs: 30_000,
    initTimeoutMs: 60_000,
    onWarning: () => undefined,
  });
  clients.push(client);
  return client;
}

async function rendered(client: Px0) {
  const { text, stale } = await client.render('greeting', { name: 'Ada' });
  return { text, stale };
}

it('renders before, without and after px0, and refuses everybody when its key is revoked', async () => {
  relay.start();
  await expect.poll(() => curl(key.token), LONG).toMatchObject({ status: '503' });
  px0.start();
  await publish();
  const current = { status: '200', text: 'Hello Ada', isStale: false };
  await expect.poll(() => curl(key.token), LONG).toEqual(current);
  expect(await curl('a-token')).toEqual(current);
  const [streamed, remote] = [sdk('stream'), sdk('remote')];
  for (const client of [streamed, remote])
    await expect.poll(() => rendered(client), LONG).toEqual({ text: 'Hello Ada', stale: false });

  const stateFile = join(folder, 'state.ndjson');
  const kept = async () => (await readFile(stateFile, 'utf8').catch(() => '')).includes('Hello');
  await expect.poll(kept, LONG).toBe(true);
  await px0.kill();
  await eventually(
    async () => {
      const answer = await curl(key.token);
      expect(answer).toMatchObject({ status: '200', text: 'Hello Ada' });
      return answer.isStale;
    },
    { what: 'an answer that says it is stale', timeoutMs: 60_000 },
  );
  for (const client of [streamed, remote])
    await expect.poll(() => rendered(client), LONG).toEqual({ text: 'Hello Ada', stale: true });

  await relay.kill();
  relay.start();
  const stale = { status: '200', text: 'Hello Ada', isStale: true };
  // From its first answer on.
  const first = await eventually(
    async () => {
      const answer = await curl(key.token);
      return answer.status === '000' ? undefined : answer;
    },
    { what: 'an answer of the relay that has started again', timeoutMs: 60_000 },
  );
  expect(first).toEqual(stale);
  expect(await curl('a-token')).toEqual(stale);
  expect(await rendered(remote)).toEqual({ text: 'Hello Ada', stale: true });
  expect(await rendered(streamed)).toEqual({ text: 'Hello Ada', stale: true });

  await contexts.remove('apiKey', key.id);
  px0.start();
  for (const token of [key.token, 'a-token'])
    await expect.poll(() => curl(token), LONG).toMatchObject({ status: '401', isStale: false });
  for (const client of [streamed, remote])
    await expect.poll(() => rendered(client).catch((error) => error), LONG).toBeInstanceOf(UnauthorizedError);
  await expect.poll(kept, LONG).toBe(false);
}, 300_000);

/** `login` and `logout` with stored data that is invalid. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network, px0, REVISION } from './command.ts';

const HOST = 'http://px0.example.com';
const KEY = 'ak_good';
let folder: string;
let path: string;
let network: Network;

beforeEach(async () => {
  folder = await temporaryFolder('cli-session');
  path = join(folder, 'px0', 'config.json');
  await mkdir(join(folder, 'px0'));
  const headers = { 'px0-revision': REVISION };
  network = new Network(({ url }) =>
    url.pathname === '/v1/prompts' ? { status: 200, body: '{"prompts": []}', headers } : undefined,
  );
  vi.stubGlobal('fetch', network.fetch);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

const keep = (config: unknown) => writeFile(path, JSON.stringify(config));
const kept = async () => JSON.parse(await readFile(path, 'utf8'));
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  px0(args, { env: { XDG_CONFIG_HOME: folder, ...env }, input: KEY });

const unusable = ['ak_x ', 'ak_x\r\n', '', 'é', '\0', '\ufeffak_x'];

describe('a credential that cannot work', () => {
  it.each(unusable)('(%j) is replaced by a login', async (access_token) => {
    await keep({
      host: HOST,
      credentials: { [HOST]: { access_token }, 'http://other': { access_token: 'ak_2' } },
    });
    await expect(run(['login', '--api-key-stdin'])).resolves.toMatchObject({ code: 0, stderr: '' });
    expect(await kept()).toEqual({
      host: HOST,
      credentials: { [HOST]: { access_token: KEY }, 'http://other': { access_token: 'ak_2' } },
    });
  });

  it.each(unusable)('(%j) is deleted by a logout, as a key and as a session', async (access_token) => {
    for (const email of [undefined, 'ada@example.com']) {
      await keep({ host: HOST, credentials: { [HOST]: { access_token, email } } });
      await expect(run(['logout'])).resolves.toMatchObject({ code: 0, stdout: `Logged out of ${HOST}.\n` });
      expect(await kept()).toEqual({ host: HOST, credentials: {} });
    }
    expect(network.sent).toEqual([]);
  });

  it('of the environment does not affect a login or logout', async () => {
    const env = { PX0_ACCESS_TOKEN: 'ak_x ' };
    await keep({ host: HOST, credentials: {} });
    await expect(run(['login', '--api-key-stdin'], env)).resolves.toMatchObject({ code: 0 });
    await expect(run(['logout'], env)).resolves.toMatchObject({ code: 0 });
  });
});

describe('a host that cannot work', () => {
  it('does not matter if another one is given', async () => {
    for (const [args, env] of [
      [['--host', HOST], {}],
      [[], { PX0_HOST: HOST }],
    ] as const) {
      await keep({ host: 'ftp://x y', credentials: {} });
      const command = (name: string, ...options: string[]) => run([name, ...options, ...args], env);
      await expect(command('login', '--api-key-stdin')).resolves.toMatchObject({ code: 0 });
      expect(await kept()).toEqual({ host: HOST, credentials: { [HOST]: { access_token: KEY } } });
      await expect(command('logout')).resolves.toMatchObject({ code: 0 });
    }
  });

  it.each(['login', 'logout', 'whoami'])(
    'is refused by %s with the file in the sentence',
    async (command) => {
      await keep({ host: 'ftp://x y', credentials: {} });
      const { code, stderr } = await run([command, ...(command === 'login' ? ['--api-key-stdin'] : [])]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^px0: [^\n]*host[^\n]*\n$/);
      expect(stderr).toContain(path);
    },
  );
});

describe('an invalid file', () => {
  it('does not matter if host and access token are in the environment', async () => {
    await writeFile(path, 'no JSON');
    const env = { PX0_HOST: HOST, PX0_ACCESS_TOKEN: KEY };
    await expect(run(['prompts', 'get', 'greeting'], env)).resolves.toMatchObject({ code: 5 });
  });

  it('is reported before a login sends or asks anything', async () => {
    await writeFile(path, 'no JSON');
    await expect(run(['login', '--api-key-stdin', '--host', HOST])).resolves.toMatchObject({
      code: 2,
      stderr: `px0: ${path} is not a valid configuration file; delete it and log in again\n`,
    });
    expect(network.sent).toEqual([]);
  });
});

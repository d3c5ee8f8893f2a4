import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotFoundError, Px0, UnreachableError } from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

let px0Server: PlayedPx0;
let folder: string;
let file: string;
let warnings: string[];

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
  folder = await temporaryFolder('sdk-snapshot');
  file = join(folder, 'px0.json');
  warnings = [];
});

afterEach(async () => {
  await px0Server.close();
  await rm(folder, { recursive: true });
});

/** Another process, as far as the file is concerned. */
function anotherClient(host = px0Server.host): Px0 {
  const onWarning = (message: string) => warnings.push(message);
  // A paused machine must not look like a px0 that does not answer.
  const limits = { retries: 0, timeoutMs: 30_000, attemptTimeoutMs: 30_000 };
  return new Px0({ host, accessToken: 'ak_secret', stateFile: file, onWarning, ...limits });
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What earlier versions of this package wrote. */
async function makeEarlier(
  change: (entry: object) => readonly unknown[] = (entry) => [entry],
): Promise<void> {
  const [header, entry = {}] = linesOf(await readFile(file, 'utf8'));
  const { type: _, ...rest } = entry;
  const document = { kind: 'px0/snapshot/v1', host: header?.['host'], entries: change(rest) };
  await writeFile(file, `${JSON.stringify(document, undefined, 2)}\n`);
}

async function leaveState(): Promise<void> {
  await using client = anotherClient();
  await client.render('greeting', { name: 'Ada' });
}

describe('a state file', () => {
  it('lets another process render while px0 is away, with an age that counts from the last confirmation', async () => {
    await leaveState();
    px0Server.fault = 'reset';
    await using client = anotherClient();
    const result = await client.render('greeting', { name: 'Grace' });
    expect(result).toMatchObject({ text: 'Hello Grace', source: 'snapshot', version: 3, tags: ['prod'] });
    expect(result.ageMs).toBeGreaterThanOrEqual(0);
    expect(warnings).toEqual([]);
  });

  it('is cache as soon as px0 has confirmed it', async () => {
    await leaveState();
    await using client = anotherClient();
    await client.render('greeting', { name: 'Grace' });
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Grace' })).resolves.toMatchObject({ source: 'cache' });
  });

  it('has the form of the decision, is for its owner only, and holds no credential', async () => {
    await leaveState();
    const text = await readFile(file, 'utf8');
    expect(linesOf(text)).toEqual([
      {
        type: 'state',
        version: 2,
        host: px0Server.host,
        saved_at: expect.any(String),
        revision: null,
        slugs: null,
      },
      {
        type: 'kept',
        team_id: null,
        slug: 'greeting',
        ref: null,
        version: 3,
        tags: ['prod'],
        template: 'Hello {{.name}}',
        revision: px0Server.revision,
        confirmed_at: expect.any(String),
        fetched_at: expect.any(String),
      },
    ]);
    expect(text).not.toContain('ak_secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['px0.json']);
  });

  it('forgets what is gone', async () => {
    await leaveState();
    px0Server.prompts = {};
    {
      await using client = anotherClient();
      await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(NotFoundError);
    }
    px0Server.fault = 'reset';
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
  });

  it('of another host is not used', async () => {
    await leaveState();
    px0Server.fault = 'reset';
    await using client = anotherClient(px0Server.host.replace('127.0.0.1', 'localhost'));
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
    expect(warnings).toEqual([expect.stringContaining('belongs to another host')]);
  });

  it.each(['', 'no JSON', '[]', '{"kind":"px0/snapshot/v9"}', '{"type":"state","version":9}'])(
    'that is broken (%j) is a warning and then written anew',
    async (text) => {
      await writeFile(file, text);
      await leaveState();
      expect(warnings).toEqual([expect.stringContaining('is no px0 state file')]);
      expect(linesOf(await readFile(file, 'utf8'))).toHaveLength(2);
    },
  );

  it('loses the entries that are broken, and keeps the others', async () => {
    await leaveState();
    const [header, entry = {}] = linesOf(await readFile(file, 'utf8'));
    const { template: _, ...broken } = entry;
    const lines = [header, { ...broken, slug: 'broken' }, { type: 'kept' }, entry];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    px0Server.fault = 'reset';
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'snapshot' });
    await expect(client.render('broken')).rejects.toThrow(UnreachableError);
  });

  it('of the earlier form is read, but for what is broken in it', async () => {
    await leaveState();
    await makeEarlier((entry) => [{ ...entry, slug: 5 }, 7, entry]);
    px0Server.fault = 'reset';
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'snapshot' });
    expect(warnings).toEqual([]);
  });

  it('of the earlier form and another host is not used', async () => {
    await leaveState();
    await makeEarlier();
    px0Server.fault = 'reset';
    await using client = anotherClient('http://127.0.0.2:1');
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
    expect(warnings).toEqual([expect.stringContaining('belongs to another host')]);
  });

  it('that cannot be written is a warning, and the render is as it was', async () => {
    file = join(folder, 'nowhere', 'px0.json');
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
    await client.close();
    expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
  });
});

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
  return new Px0({ host, accessToken: 'ak_secret', snapshotFile: file, retries: 0, onWarning });
}

async function leaveSnapshot(): Promise<void> {
  await using client = anotherClient();
  await client.render('greeting', { name: 'Ada' });
}

describe('a snapshot file', () => {
  it('lets another process render while px0 is away, with an age that counts from the last confirmation', async () => {
    await leaveSnapshot();
    px0Server.fault = 'reset';
    await using client = anotherClient();
    const result = await client.render('greeting', { name: 'Grace' });
    expect(result).toMatchObject({ text: 'Hello Grace', source: 'snapshot', version: 3, tags: ['prod'] });
    expect(result.ageMs).toBeGreaterThanOrEqual(0);
    expect(warnings).toEqual([]);
  });

  it('is cache as soon as px0 has confirmed it', async () => {
    await leaveSnapshot();
    await using client = anotherClient();
    await client.render('greeting', { name: 'Grace' });
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Grace' })).resolves.toMatchObject({ source: 'cache' });
  });

  it('has the form of the decision, is for its owner only, and holds no credential', async () => {
    await leaveSnapshot();
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      kind: 'px0/snapshot/v1',
      host: px0Server.host,
      saved_at: expect.any(String),
      entries: [
        {
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
      ],
    });
    expect(text).not.toContain('ak_secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['px0.json']);
  });

  it('forgets what is gone', async () => {
    await leaveSnapshot();
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
    await leaveSnapshot();
    px0Server.fault = 'reset';
    await using client = anotherClient(px0Server.host.replace('127.0.0.1', 'localhost'));
    await expect(client.render('greeting', { name: 'Ada' })).rejects.toThrow(UnreachableError);
    expect(warnings).toEqual([expect.stringContaining('belongs to another host')]);
  });

  it.each(['', 'no JSON', '[]', '{"kind":"px0/snapshot/v9"}'])(
    'that is broken (%j) is a warning and then written anew',
    async (text) => {
      await writeFile(file, text);
      await leaveSnapshot();
      expect(warnings).toEqual([expect.stringContaining('is no px0/snapshot/v1')]);
      expect(JSON.parse(await readFile(file, 'utf8')).entries).toHaveLength(1);
    },
  );

  it('loses the entries that are broken, and keeps the others', async () => {
    await leaveSnapshot();
    const document = JSON.parse(await readFile(file, 'utf8'));
    const { template: _, ...broken } = document.entries[0];
    document.entries = [{ ...broken, slug: 'broken' }, 7, ...document.entries];
    await writeFile(file, JSON.stringify(document));
    px0Server.fault = 'reset';
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'snapshot' });
    await expect(client.render('broken')).rejects.toThrow(UnreachableError);
  });

  it('that cannot be written is a warning, and the render is as it was', async () => {
    file = join(folder, 'nowhere', 'px0.json');
    await using client = anotherClient();
    await expect(client.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
    await client.close();
    expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
  });
});

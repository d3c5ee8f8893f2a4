import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleCase } from '@px0/delivery/scenarios';
import { PlayedClock, settle } from '@px0/delivery/scenarios';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client.ts';
import { Px0, UnreachableError } from '../../src/mod.ts';
import { settingsOf } from '../../src/options.ts';
import { localParts } from '../../src/parts.ts';

const vectors = join(import.meta.dirname, '..', '..', '..', 'delivery', 'test', 'vectors', 'bundle');
const cases: readonly BundleCase[] = JSON.parse(readFileSync(join(vectors, 'cases.json'), 'utf8'));
const [{ keys }] = cases as readonly [BundleCase];

let root: string;
beforeAll(async () => {
  root = await temporaryFolder('sdk-bundles');
});
afterAll(() => rm(root, { recursive: true }));

class PlayedClient extends Client {}

/** A client whose clock the test drives. */
async function clientOf(bundleFile: string, bundleKeys = keys) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const settings = settingsOf({ mode: 'file', bundleFile, bundleKeys, onWarning });
  const clock = new PlayedClock();
  const transport = () => Promise.reject(new Error('a file needs no network'));
  const parts = localParts(settings, { clock, transport });
  await parts.local.loaded();
  return { client: new PlayedClient(parts), clock, warnings };
}

async function copyOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(root, 'case-'));
  const file = join(folder, 'bundle');
  await copyFile(join(vectors, name), file);
  return file;
}

/** Replaces the file as tools do, and lets the client see it. */
async function replace(file: string, name: string, clock: PlayedClock, done: () => boolean): Promise<void> {
  await copyFile(join(vectors, name), `${file}.new`);
  await rename(`${file}.new`, file);
  await clock.advanceTo(clock.elapsed + 10_000);
  while (!done()) await settle();
}

describe('a bundle', () => {
  // Without keys no client is made.
  it.each(cases.filter((one) => one.keys.length > 0 && one.after === undefined))(
    'is used as it says: $id',
    async ({ file, keys: trusted, expected }) => {
      const { client, warnings } = await clientOf(await copyOf(file), trusted);
      if ('refusal' in expected) {
        expect(warnings).toEqual([expect.stringContaining(`The ${expected.refusal} (`)]);
        expect(client.prompts()).toEqual([]);
        await expect(client.render('one')).rejects.toThrow(UnreachableError);
        return;
      }
      expect(warnings).toEqual([]);
      expect(client.prompts().map(({ slug }) => slug)).toEqual(Object.keys(expected.texts).toSorted());
      const result = await client.render('one');
      expect(result).toMatchObject({ text: 'one 1', source: 'bundle', stale: true, cause: null });
      expect(await client.ready()).toBe(true);
    },
  );

  it('is read again when its file has changed, and what is older stays as it is', async () => {
    const file = await copyOf('good.ndjson');
    const { client, clock, warnings } = await clientOf(file);
    await replace(file, 'older.ndjson', clock, () => warnings.length > 0);
    expect(warnings).toEqual(['The bundle is older than what is held; that stays.']);
    expect(await client.render('one')).toMatchObject({ text: 'one 1' });
    expect(await client.render('two')).toMatchObject({ text: 'two 3' });
    await replace(file, 'tampered.ndjson', clock, () => warnings.length > 1);
    expect(warnings[1]).toContain('bundle signature does not match');
    expect(await client.render('two')).toMatchObject({ text: 'two 3' });
    await rm(file);
    await clock.advanceTo(clock.elapsed + 10_000);
    while (warnings.length < 3) await settle();
    expect(warnings[2]).toContain('cannot be read');
    expect(await client.render('two')).toMatchObject({ text: 'two 3' });
  });

  it('is laid beside the state file: of each team the later one counts', async () => {
    const file = await copyOf('good.ndjson');
    const stateFile = join(root, 'state.ndjson');
    const lines = readFileSync(file, 'utf8').split('\n').slice(1, -2);
    const header = {
      type: 'state',
      version: 2,
      host: 'http://px0.test',
      saved_at: '2026-01-01T00:00:00Z',
      revision: null,
      slugs: null,
    };
    await writeFile(stateFile, `${[JSON.stringify(header), ...lines].join('\n')}\n`);
    const newer = await copyOf('older.ndjson');
    const warnings: string[] = [];
    await using client = new Px0({
      mode: 'file',
      host: 'http://px0.test',
      stateFile,
      bundleFile: newer,
      bundleKeys: keys,
      onWarning: (message) => warnings.push(message),
    });
    expect(await client.render('two')).toMatchObject({ text: 'two 3' });
    expect(await client.render('one')).toMatchObject({ text: 'one 1' });
    expect(warnings).toHaveLength(1);
  });

  it('that is missing, or a folder, is a warning', async () => {
    const missing = await clientOf(join(root, 'missing'));
    expect(missing.warnings).toEqual([expect.stringContaining('cannot be read')]);
    const folder = await clientOf(root);
    expect(folder.warnings).toEqual([expect.stringContaining('it is not a regular file')]);
  });
});

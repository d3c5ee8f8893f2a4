import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigFile } from './config-file.ts';

let folder: string;
let file: ConfigFile;

beforeEach(async () => {
  folder = await temporaryFolder('cli-config');
  file = new ConfigFile({ XDG_CONFIG_HOME: folder });
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const config = {
  host: 'https://px0.example.com',
  credentials: {
    'https://px0.example.com': { access_token: 'sess_1', email: 'ada@example.com' },
    'http://localhost:8000': { access_token: 'ak_1' },
  },
};

describe('the config file', () => {
  it('is empty before the first login', async () => {
    await expect(file.read()).resolves.toEqual({ credentials: {} });
  });

  it('contains what was written, readable only by its owner', async () => {
    await file.write(config);
    await expect(file.read()).resolves.toEqual(config);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file.path))).mode & 0o777).toBe(0o700);
    expect(await readFile(file.path, 'utf8')).toContain('ak_1');
  });

  it.each([
    '',
    'no JSON',
    '[]',
    '{"host": 7}',
    '{"credentials": []}',
    '{"credentials": {"a": {"email": "b"}}}',
  ])('that is invalid (%j) is reported', async (text) => {
    await mkdir(dirname(file.path));
    await writeFile(file.path, text);
    await expect(file.read()).rejects.toThrow(
      /is not a valid configuration file; delete it and log in again/,
    );
  });

  it('that cannot be written leaves no credential behind', async () => {
    await mkdir(join(file.path, 'full'), { recursive: true });
    await expect(file.write(config)).rejects.toThrow(/config\.json cannot be written: /);
    expect(await readdir(dirname(file.path))).toEqual(['config.json']);
  });

  it('is below the home folder by default', () => {
    expect(new ConfigFile({ HOME: '/home/ada' }).path).toBe('/home/ada/.config/px0/config.json');
  });
});

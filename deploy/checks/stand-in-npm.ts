/**
 * npm for the short form of the images' steps: `install` links what the manifests ask for to the repository's own node_modules, and everything else
 * is npm's. A package that no manifest names is not there, as after an installation. VitePress renders nothing; it takes most of the time, and reads
 * only what px0's part of the build has written.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const installed = join(import.meta.dirname, '..', '..', 'node_modules');
const folder = process.cwd();

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const vitepress = `
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
export async function build(source, { outDir }) {
  await import(pathToFileURL(\`\${source}/.vitepress/config.mjs\`).href);
  mkdirSync(\`\${outDir}/assets\`, { recursive: true });
}
`;

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'));
}

function install(): void {
  const own = manifestOf('.');
  const workspaces = (own.workspaces ?? []).flatMap((pattern) =>
    globSync(`${pattern}/package.json`, { cwd: folder }).map(dirname),
  );
  const names = new Set<string>();
  for (const workspace of ['.', ...workspaces]) {
    const { dependencies, devDependencies } = manifestOf(workspace);
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) names.add(name);
    const nested = join(installed, '..', workspace, 'node_modules');
    if (workspace !== '.' && existsSync(nested)) link(nested, join(workspace, 'node_modules'));
  }
  for (const workspace of workspaces) {
    const { name } = manifestOf(workspace);
    // Relative, as npm makes them: the folder is copied into other stages.
    link(relative(dirname(join('node_modules', name)), workspace), join('node_modules', name));
  }
  for (const name of ['.bin', '.package-lock.json', ...names]) {
    if (name === 'vitepress') standInForVitePress();
    else if (existsSync(join(installed, name)) && !name.startsWith('@px0/'))
      link(join(installed, name), join('node_modules', name));
  }
}

function link(target: string, path: string): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync(target, place);
}

function standInForVitePress(): void {
  const place = join(folder, 'node_modules', 'vitepress');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }));
  writeFileSync(join(place, 'index.js'), vitepress);
}

const [npm = 'npm', ...args] = process.argv.slice(2);
if (args[0] === 'install') install();
else if (args[0] !== 'rebuild') {
  const { status } = spawnSync(npm, args, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

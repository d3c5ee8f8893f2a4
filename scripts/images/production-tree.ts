/**
 * What one service's image holds of this repository: the service and the packages that it reaches by its dependencies, without what
 * only development needs. npm cannot leave that out by itself: a workspace counts as wanted even where only tests depend on it, and
 * brings its own dependencies along (an embedded Postgres, for one). Plain Node.js without a dependency: it runs before npm does.
 * See docs/decisions/119-deployment.md.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Json = { readonly [key: string]: unknown };

/** Folders of a workspace that run in production. */
const RUNTIME_FOLDERS = /^(src|prisma\/migrations|prisma\/after-return\.sql)(\/|$)/;
const TEST_FILE = /\.test\.ts$/;

/** The service's folder and those of the packages that it reaches, relative to the repository. @throws Error for a package that is not there */
export function productionFolders(root: string, service: string): string[] {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    if (found.has(folder)) return;
    const manifest = readManifest(root, folder);
    found.set(folder, String(manifest['name']));
    for (const name of Object.keys(recordOf(manifest['dependencies']))) {
      if (name.startsWith('@px0/')) visit(`packages/${name.slice('@px0/'.length)}`);
    }
  };
  visit(`services/${service}`);
  return [...found.keys()].toSorted();
}

/** Writes the manifests that npm needs to install exactly what runs in production. */
export function writeManifests(root: string, service: string, target: string): void {
  const folders = productionFolders(root, service);
  for (const file of ['package-lock.json', '.npmrc']) copy(root, file, target);
  const { name, version, license, type } = readManifest(root, '.');
  writeJson(join(target, 'package.json'), {
    name,
    version,
    private: true,
    license,
    type,
    workspaces: folders,
  });
  for (const folder of folders) {
    const { devDependencies: _, scripts: __, ...manifest } = readManifest(root, folder);
    writeJson(join(target, folder, 'package.json'), manifest);
  }
}

/** Copies what those folders run: sources and migrations, no tests. */
export function copySources(root: string, service: string, target: string): void {
  for (const folder of productionFolders(root, service)) {
    const from = join(root, folder);
    cpSync(from, join(target, folder), {
      recursive: true,
      filter: (path) => {
        const inside = path.slice(from.length + 1);
        const wanted = inside === '' || inside === 'prisma' || RUNTIME_FOLDERS.test(inside);
        return wanted && !TEST_FILE.test(inside);
      },
    });
  }
}

function readManifest(root: string, folder: string): Json {
  return recordOf(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function copy(root: string, file: string, target: string): void {
  mkdirSync(target, { recursive: true });
  cpSync(join(root, file), join(target, file));
}

/**
 * Which source file may import which. dependency-cruiser would be the tool for it, but it reads TypeScript through the compiler's
 * JavaScript interface, which the native compiler does not have; and "a folder with a `mod.ts` is entered through it" depends
 * on which folders have one, which path patterns cannot say.
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const services = readdirSync(join(root, 'services'));

/** Workspaces in which no file imports itself by way of others, not even for a type or when it is first needed. */
const withoutCycles = readdirSync(join(root, 'packages'))
  .map((name) => `packages/${name}`)
  .concat(services.map((name) => `services/${name}`));

/** The console's folders, the lowest first. A folder imports only from the rows above its own. */
const consoleLayers = [
  ['json', 'outline', 'text'],
  ['api'],
  ['ui'],
  ['commands', 'workspace'],
  ['frame'],
  ['diff', 'preview', 'services'],
  ['review'],
  ['account', 'governance'],
  ['prompts'],
  ['audit', 'compare', 'editor', 'requests', 'usage'],
  ['app'],
];

interface Import {
  /** Paths relative to the repository, such as `services/identity/src/sessions/log-in.ts`. */
  readonly from: string;
  /** The same, or the specifier itself when it names a package. */
  readonly to: string;
}

const imports: Import[] = globSync('{packages,services}/*/{src,test,bench}/**/*.{ts,tsx}', { cwd: root })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => !file.includes('/generated/'))
  .flatMap((from) =>
    specifiers(readFileSync(join(root, from), 'utf8')).map((specifier) => ({
      from,
      to: target(from, specifier),
    })),
  );

function specifiers(source: string): string[] {
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s*['"]([^'"]+)['"]/g,
  );
  return [...found].flatMap(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? []);
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative(root, join(root, dirname(from), specifier))
    .split(sep)
    .join('/');
}

/** `services/identity` of `services/identity/src/main.ts`. */
function workspaceOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `services/identity/src/sessions` of a file in or below that folder; undefined for a file directly in `src`. */
function featureOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts[2] === 'src' && parts.length > 4 ? parts.slice(0, 4).join('/') : undefined;
}

function show({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

describe('imports', () => {
  it('of a service are made by nobody else, neither a package nor another service', () => {
    const names = new Set(services.map((name) => `@px0/${name}`));
    expect(imports.filter(({ to }) => names.has(to.split('/').slice(0, 2).join('/'))).map(show)).toEqual([]);
  });

  it('by path stay within their package or service', () => {
    const leaving = imports.filter(({ from, to }) => {
      const isPath = /^(packages|services|tests|deploy|scripts)\//.test(to) || to.startsWith('..');
      return isPath && workspaceOf(from) !== workspaceOf(to);
    });
    expect(leaving.map(show)).toEqual([]);
  });

  it('of what worker threads run reach no database, and nothing of the service kit but its errors', () => {
    const reached = new Set(
      imports.filter(({ from }) => /\/(?:heavy|assertions)\/tasks\.ts$/.test(from)).map(({ from }) => from),
    );
    expect(reached.size).toBeGreaterThan(0);
    for (const file of reached) for (const { from, to } of imports) if (from === file) reached.add(to);
    expect(
      ['@px0/service-kit', '@px0/owner', '@px0/heavy-renders'].filter((name) => reached.has(name)),
    ).toEqual([]);
  });

  it('of another feature go through its mod.ts, or its thread.ts in what worker threads load', () => {
    const around = imports.filter(({ from, to }) => {
      const feature = featureOf(to);
      if (feature === undefined || featureOf(from) === undefined || featureOf(from) === feature) return false;
      const face = `${feature}/mod.ts`;
      const isFace = to === face || to === `${feature}/thread.ts`;
      return !/\.test\.ts$/.test(from) && existsSync(join(root, face)) && !isFace;
    });
    expect(around.map(show)).toEqual([]);
  });

  it.each(withoutCycles)('of files in %s form no cycle', (workspace) => {
    const within = imports.filter(({ from }) => workspaceOf(from) === workspace);
    const needs = new Map(
      Object.entries(Object.groupBy(within, ({ from }) => from)).map(([from, found = []]) => [
        from,
        found.map(({ to }) => to),
      ]),
    );
    expect([...needs.keys()].filter((file) => reaches(file, file, needs))).toEqual([]);
  });

  it('of the console lead from an upper layer to a lower one', () => {
    const layerOf = (feature: string) => consoleLayers.findIndex((row) => row.includes(basename(feature)));
    const between = imports.flatMap((found) => {
      const from = featureOf(found.from);
      const to = featureOf(found.to);
      if (from === undefined || to === undefined || from === to) return [];
      if (workspaceOf(from) !== 'packages/console') return [];
      return [{ ...found, above: layerOf(from) - layerOf(to), isKnown: layerOf(to) !== -1 }];
    });
    expect(between.filter(({ above, isKnown }) => above <= 0 || !isKnown).map(show)).toEqual([]);
  });

  it('of px0’s packages form no circle', () => {
    const needs = new Map(
      globSync('packages/*/package.json', { cwd: root }).map((file) => {
        const manifest: unknown = JSON.parse(readFileSync(join(root, file), 'utf8'));
        return [`@px0/${basename(dirname(file))}`, dependenciesOf(manifest)] as const;
      }),
    );
    const circles = [...needs.keys()].filter((name) => reaches(name, name, needs));
    expect(circles).toEqual([]);
  });
});

function dependenciesOf(manifest: unknown): string[] {
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {});
}

function reaches(
  from: string,
  goal: string,
  needs: ReadonlyMap<string, readonly string[]>,
  seen = new Set<string>(),
): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return (needs.get(from) ?? []).some((next) => next === goal || reaches(next, goal, needs, seen));
}

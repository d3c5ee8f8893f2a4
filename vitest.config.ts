import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './packages/testing/src/summary-reporter.ts';

const root = import.meta.dirname;

/** Tests that start whole platforms run after the others, so that neither kind slows the other past its limits. */
const startsPlatforms = new Set(['local-platform', 'e2e']);

/** One vitest project for each workspace, named after its folder, and `e2e` for the tests of the platform as a whole. */
const workspaces = ['packages', 'services'].flatMap((group) =>
  readdirSync(join(root, group))
    .filter((name) => existsSync(join(root, group, name, 'package.json')))
    .map((name) => project(name, join(root, group, name), ['src/**/*.test.ts', 'test/**/*.test.ts'])),
);

function project(name: string, folder: string, include: string[]) {
  const groupOrder = startsPlatforms.has(name) ? 1 : 0;
  return { extends: true as const, root: folder, test: { name, include, sequence: { groupOrder } } };
}

export default defineConfig({
  test: {
    projects: [...workspaces, project('e2e', join(root, 'tests'), ['**/*.test.ts'])],
    globalSetup: [join(root, 'packages/testing/src/global-setup.ts')],
    reporters: ['default', new SummaryReporter()],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

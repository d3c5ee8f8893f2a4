import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirstSequencer } from './packages/testing/src/longest-first-sequencer.ts';
import { SummaryReporter } from './packages/testing/src/summary-reporter.ts';

const root = import.meta.dirname;

/**
 * Tests that start whole platforms run in a group of their own, so that neither kind slows the other past its limits; those that count failures under load
 * come last, one file at a time.
 */
const startsPlatforms = new Set(['local-platform', 'deploy', 'e2e']);

/** One vitest project for each workspace, named after its folder. */
const workspaces = ['packages', 'services'].flatMap((group) =>
  readdirSync(join(root, group))
    .filter((name) => existsSync(join(root, group, name, 'package.json')))
    .map((name) => project(name, join(root, group, name), ['src/**/*.test.ts', 'test/**/*.test.ts'])),
);

/** The platform as a whole: as people use it, and with parts of it failing. */
const wholePlatform = [
  project('e2e', join(root, 'tests'), [
    '**/*.e2e.test.ts',
    'import-direction.test.ts',
    'bounds.test.ts',
    'security-page.test.ts',
  ]),
  project('deploy', join(root, 'deploy'), ['**/*.test.ts']),
  project('chaos', join(root, 'tests'), ['**/*.chaos.test.ts', 'chaos/*.test.ts', 'load/*.test.ts']),
];

function project(name: string, folder: string, include: string[]) {
  const alone = name === 'chaos';
  const groupOrder = alone ? 2 : startsPlatforms.has(name) ? 1 : 0;
  // Vitest's own default leaves one core to itself: on the two of CI all files would run one after the other.
  const maxWorkers = alone ? 1 : '100%';
  return {
    extends: true as const,
    root: folder,
    test: { name, include, maxWorkers, sequence: { groupOrder } },
  };
}

export default defineConfig({
  test: {
    projects: [...workspaces, ...wholePlatform],
    globalSetup: [join(root, 'packages/testing/src/global-setup.ts')],
    setupFiles: [join(root, 'packages/testing/src/property-tests-setup.ts')],
    reporters: ['default', new SummaryReporter()],
    sequence: { sequencer: LongestFirstSequencer },
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

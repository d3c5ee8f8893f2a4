import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirstSequencer } from './packages/testing/src/longest-first-sequencer.ts';
import { SummaryReporter } from './packages/testing/src/summary-reporter.ts';

const root = import.meta.dirname;

// Node's cache of compiled code, the one that platforms use: the tests start hundreds of processes of the same few programs.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'node-compile');
// And Python’s, which containers often switch off: compiling is two thirds of the start of a Python program.
process.env['PYTHONDONTWRITEBYTECODE'] = '';

/**
 * Tests that start whole platforms run in a group of their own, so that neither kind slows the other past its limits. Those that count
 * failures under load come last, one file at a time.
 */
const startsPlatforms = new Set(['local-platform', 'e2e']);

/** Its tests set what OpenTelemetry keeps once for a process. */
const changesItsProcess = new Set(['service-kit']);

const cores = availableParallelism();

/** How the files of a group run; the groups run one after the other. Vitest's own default leaves one core to itself. */
const groups = {
  // Many small files. One more than there are cores, because some of them wait for timers.
  parts: { groupOrder: 0, maxWorkers: cores + 1 },
  platforms: { groupOrder: 1, maxWorkers: cores },
  alone: { groupOrder: 2, maxWorkers: 1 },
};

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
    // Parts of the platform fail, but nothing counts failures under load.
    'failures.chaos.test.ts',
    'chaos/*.test.ts',
    'chaos/cluster/*.test.ts',
    'chaos/delivery/checker.test.ts',
    'load/*.test.ts',
  ]),
  project('deploy', join(root, 'deploy'), ['**/*.test.ts']),
  project('chaos', join(root, 'tests'), [
    'render-uptime.chaos.test.ts',
    'rolling-restart.chaos.test.ts',
    'chaos/delivery/delivery.chaos.test.ts',
  ]),
];

function project(name: string, folder: string, include: string[]) {
  const group = name === 'chaos' ? 'alone' : startsPlatforms.has(name) ? 'platforms' : 'parts';
  const { groupOrder, maxWorkers } = groups[group];
  // Loading px0's modules takes longer than most tests of a part, so the files of a project that a worker runs share them: a module keeps
  // no state outside of the objects that it makes, and a test puts back what it replaces in its process.
  const isolate = group !== 'parts' || changesItsProcess.has(name);
  return {
    extends: true as const,
    root: folder,
    test: { name, include, isolate, maxWorkers, sequence: { groupOrder } },
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
    // For what hangs, not for what is slow: a machine that is shared may be slower by a factor for minutes.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});

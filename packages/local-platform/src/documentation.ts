/**
 * The documentation as the gateway serves it. Starting the platform does not wait for it: it is built in the background when its
 * sources have changed, and the gateway reads it from a link that always points to the newest build.
 */
import { randomBytes } from 'node:crypto';
import { rename, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { builtFolder } from './built-folder.ts';
import { repositoryRoot } from './repository.ts';
import { serviceNames } from './service-names.ts';

const builds = join('packages', 'docs', 'dist');

/** The folder for the gateway's `DOCS_DIRECTORY`; it may not exist yet. */
export const documentationFolder = join(repositoryRoot, builds, 'current');

/** Resolves when `documentationFolder` has the current sources. @throws PlatformError with the output of a failed build */
export async function buildDocumentation(): Promise<void> {
  const folder = await builtFolder({
    name: 'the documentation',
    root: repositoryRoot,
    inputs: [
      'docs',
      'packages/docs',
      // The look of the console.
      'packages/console/src/styles.css',
      'packages/console/public/icon.svg',
      'packages/contracts/src',
      'packages/access/src',
      'packages/service-kit/src/config.ts',
      'packages/local-platform/src/launcher-config.ts',
      ...serviceNames.map((name) => `services/${name}/src/config.ts`),
      // The versions of what builds it.
      'package-lock.json',
    ],
    ignore: /\.test\.ts$|^packages\/docs\/test\//,
    builds: join(builds, 'builds'),
    // At low priority, so that it does not slow down the platform that has just started; the bootstrap first installs its tools.
    command: (output) => [
      'nice',
      process.execPath,
      join('scripts', 'bootstrap.mjs'),
      'packages/docs/src/main.ts',
      output,
    ],
    // Keeps Vitest's settings out of the build.
    env: { NODE_ENV: 'production', NODE_OPTIONS: '' },
  });
  // A link cannot be changed in place, but another one can be renamed over it.
  const link = `${documentationFolder}-${randomBytes(6).toString('hex')}`;
  await symlink(relative(join(repositoryRoot, builds), folder), link);
  await rename(link, documentationFolder);
}

/** The console as the gateway serves it: built when its sources, or those of the packages that it takes in, have changed. */
import { join } from 'node:path';
import { type BuiltFolderOptions, builtFolder } from './built-folder.ts';
import { repositoryRoot } from './repository.ts';

/** The folder to give the gateway as `CONSOLE_DIRECTORY`. */
export function consoleFolder(step?: BuiltFolderOptions['step']): Promise<string> {
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  return builtFolder({
    name: 'the console',
    root: repositoryRoot,
    inputs: [
      'packages/console',
      'packages/contracts/src',
      'packages/access/src',
      'packages/template/src',
      // The versions of everything that is bundled.
      'package-lock.json',
    ],
    ignore: /\.test\.tsx?$|\.md$/,
    builds: 'packages/console/dist',
    command: (output) => [
      process.execPath,
      vite,
      'build',
      'packages/console',
      '--outDir',
      output,
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
    // Vitest's own settings are not meant for the build.
    env: { NODE_ENV: 'production', NODE_OPTIONS: '' },
    ...(step && { step }),
  });
}

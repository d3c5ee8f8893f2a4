/** The console as the gateway serves it, rebuilt when its sources or those of the packages that it bundles have changed. */
import { join } from 'node:path';
import { type BuiltFolderOptions, builtFolder } from './built-folder.ts';
import { repositoryRoot } from './repository.ts';

export interface ConsoleOptions {
  readonly step?: BuiltFolderOptions['step'];
  /** Spends a second instead of most of the build's time on compressing files, for browsers on this machine. */
  readonly compressQuickly?: boolean;
}

/** The folder for the gateway's `CONSOLE_DIRECTORY`. */
export function consoleFolder({ step, compressQuickly = false }: ConsoleOptions = {}): Promise<string> {
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  return builtFolder({
    name: 'the console',
    root: repositoryRoot,
    inputs: [
      'packages/console',
      'packages/contracts/src',
      'packages/access/src',
      'packages/input-contract/package.json',
      'packages/input-contract/src',
      'packages/sdk-typescript/src',
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
    // Keeps Vitest's settings out of the build.
    env: {
      NODE_ENV: 'production',
      NODE_OPTIONS: '',
      // packages/console/build/precompress.ts
      PX0_COMPRESS_QUICKLY: compressQuickly ? '1' : '',
    },
    ...(step && { step }),
  });
}

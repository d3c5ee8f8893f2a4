/** The engines of the SDKs on this machine, as far as their languages are there. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goSdk, pythonSdk } from '../sdk/programs.ts';
import { programEngine, type SdkEngine } from './engines.ts';

const run = promisify(execFile);

export interface SdkEngines {
  readonly engines: readonly SdkEngine[];
  /** Why engines are missing. */
  readonly missing: readonly string[];
}

/** Installs or builds the programs; that of Go into `folder`. */
export async function sdkEngines(folder: string): Promise<SdkEngines> {
  const found = [await pythonEngine(), await goEngine(folder)];
  return {
    engines: found.filter((one) => typeof one !== 'string'),
    missing: found.filter((one) => typeof one === 'string'),
  };
}

async function pythonEngine(): Promise<SdkEngine | string> {
  const sdk = await pythonSdk();
  if (typeof sdk === 'string') return `no Python: ${sdk}`;
  const { program, cwd } = sdk.lines;
  return programEngine('Python', { program, args: [join(cwd, 'tests', 'template_lines.py')], cwd });
}

async function goEngine(folder: string): Promise<SdkEngine | string> {
  const sdk = await goSdk(folder);
  if (typeof sdk === 'string') return `no Go: ${sdk}`;
  const program = join(folder, 'template-lines');
  await run('go', ['build', '-buildvcs=false', '-o', program, './internal/templatelines'], {
    cwd: sdk.tests.cwd,
  });
  return programEngine('Go', { program, args: [], cwd: folder });
}

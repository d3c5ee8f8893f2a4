/** `npm run reset`: deletes all local data, after asking. */
import { createInterface } from 'node:readline/promises';
import { Home } from './home.ts';
import { loadLauncherConfig } from './launcher-config.ts';
import { PlatformError } from './platform-error.ts';
import { homeFolder } from './start-command.ts';
import { Terminal } from './terminal.ts';

export interface ResetFlags {
  readonly yes: boolean;
}

/** Returns the exit code: 0 when the data is gone, 1 when the person did not agree. */
export async function resetCommand(flags: ResetFlags): Promise<number> {
  const home = new Home(homeFolder(loadLauncherConfig(process.env)));
  const terminal = new Terminal(process.stdout);
  if (!(await home.exists())) {
    terminal.say(`there is nothing to delete: ${home.folder} does not exist`);
    return 0;
  }
  if (!flags.yes && !(await agrees(home.folder))) {
    terminal.say('nothing was deleted');
    return 1;
  }
  await home.wipe();
  terminal.say(`the data in ${home.folder} is deleted`);
  return 0;
}

async function agrees(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new PlatformError(
      `This deletes all data in ${folder} and there is no terminal to ask at; say "npm run reset -- --yes".`,
    );
  }
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await questions.question(`Delete all data in ${folder}? Type yes: `);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    questions.close();
  }
}

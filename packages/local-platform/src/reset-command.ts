/** `npm run reset`: asks, then deletes all local data. */
import { createInterface } from 'node:readline/promises';
import { Home } from './home.ts';
import { loadLauncherConfig } from './launcher-config.ts';
import { PlatformError } from './platform-error.ts';
import { homeFolder } from './start-command.ts';
import { Terminal } from './terminal.ts';

export interface ResetFlags {
  readonly yes: boolean;
}

/** Returns the exit code: 0 if the data is deleted, 1 if the user did not agree. */
export async function resetCommand(flags: ResetFlags): Promise<number> {
  const home = new Home(homeFolder(loadLauncherConfig(process.env)));
  const terminal = new Terminal(process.stdout);
  if (!(await home.exists())) {
    terminal.say(`nothing to delete: ${home.folder} does not exist`);
    return 0;
  }
  if (!flags.yes && !(await agrees(home.folder))) {
    terminal.say('nothing was deleted');
    return 1;
  }
  await home.wipe();
  terminal.say(`deleted the data in ${home.folder}`);
  return 0;
}

async function agrees(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new PlatformError(
      `This deletes all data in ${folder}. Without a terminal to ask for confirmation, run "npm run reset -- --yes".`,
    );
  }
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await questions.question(`Delete all data in ${folder}? Type yes to confirm: `);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    questions.close();
  }
}

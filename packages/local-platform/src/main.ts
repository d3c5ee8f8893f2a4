/** The launcher's command line: `start [--verbose]`, `reset [--yes]`, `backup FOLDER`, `restore FOLDER [--replace]`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BackupError } from '@px0/backup';
import { ConfigError, StartError } from '@px0/service-kit';
import { backupCommand, restoreCommand } from './backup-command.ts';
import { PlatformError } from './platform-error.ts';
import { repositoryRoot } from './repository.ts';
import { resetCommand } from './reset-command.ts';
import { startCommand } from './start-command.ts';

const usage =
  'usage: npm start [-- --verbose] | npm run reset [-- --yes] | npm run backup -- FOLDER | npm run restore -- FOLDER [--replace]';

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      verbose: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      replace: { type: 'boolean', default: false },
    },
  });
  const [command, folder, ...more] = positionals;
  if (folder !== undefined && more.length === 0) {
    if (command === 'backup') return await backupCommand(folder);
    if (command === 'restore') return await restoreCommand(folder, { replace: values.replace });
  }
  if (folder !== undefined) throw new PlatformError(usage);
  if (command === 'start') return await startCommand({ verbose: values.verbose }, startedAt());
  if (command === 'reset') return await resetCommand({ yes: values.yes });
  throw new PlatformError(usage);
}

/** When the user pressed Enter, on this process's clock: the bootstrap passes on how long it took. */
function startedAt(): number {
  return -Number(process.env['PX0_BOOTSTRAP_MS'] ?? 0);
}

try {
  loadEnvFile();
  process.exitCode = await run();
} catch (error) {
  process.exitCode = 1;
  const expected = [PlatformError, ConfigError, BackupError, StartError].some(
    (kind) => error instanceof kind,
  );
  process.stderr.write(`px0: ${expected && error instanceof Error ? error.message : describe(error)}\n`);
}
// Nothing may keep a stopped launcher alive: its children have ended, and its work is done.
process.exit();

function describe(error: unknown): string {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${error.message}. ${usage}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Loads `.env` of the repository. Variables that are already set take precedence. */
function loadEnvFile(): void {
  const file = join(repositoryRoot, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

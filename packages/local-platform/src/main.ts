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

/** On this process's clock, when the person pressed Enter: the bootstrap has told how long it has taken. */
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
// Nothing may keep a stopped launcher alive: its children are gone, and so is its work.
process.exit();

function describe(error: unknown): string {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${error.message}. ${usage}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A `.env` in the repository; what the environment says already wins. */
function loadEnvFile(): void {
  const file = join(repositoryRoot, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

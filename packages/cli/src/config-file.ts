/**
 * What `login` keeps: a credential for each host, in a file that only its owner can read. A credential is never sent to another host than the one
 * that it was given for.
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CliError } from './exit-codes.ts';

const credential = z.object({
  access_token: z.string(),
  /** Whose session it is; absent for an API key. */
  email: z.string().optional(),
});

const config = z.object({
  /** The host that is meant when none is named. */
  host: z.string().optional(),
  credentials: z.record(z.string(), credential).default({}),
});

export type Credential = z.infer<typeof credential>;
export type Config = z.infer<typeof config>;

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export class ConfigFile {
  readonly path: string;

  constructor(env: NodeJS.ProcessEnv) {
    const base = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
    this.path = join(base, 'px0', 'config.json');
  }

  /** @throws CliError when the file is there and broken */
  async read(): Promise<Config> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw new CliError('usage', `${this.path} cannot be read: ${error.message}`, { cause: error });
    });
    try {
      return config.parse(JSON.parse(text));
    } catch (error) {
      throw new CliError('usage', `${this.path} is broken; remove it and log in again`, { cause: error });
    }
  }

  async write(next: Config): Promise<void> {
    const directory = dirname(this.path);
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    const temporary = `${this.path}.${process.pid}.tmp`;
    await writeFile(temporary, `${JSON.stringify(next, undefined, 2)}\n`, { mode: FILE_MODE });
    // The mode above counts only for a file that is new.
    await chmod(temporary, FILE_MODE);
    await rename(temporary, this.path);
  }
}

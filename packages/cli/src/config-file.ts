/**
 * What `login` and `use` store: one credential and one team per host, in a file that only its owner can read. A credential is never sent to any host
 * other than its own.
 */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError } from './exit-codes.ts';
import { replaceFile } from './replace-file.ts';
import { asCliError, readRegularTextFile } from './text-input.ts';

export interface Credential {
  readonly access_token: string;
  /** The user of the session; absent for an API key. */
  readonly email?: string;
}

/** The team that `use` chose. */
export interface ChosenTeam {
  readonly id: string;
  /** Absent if the caller may not list teams. */
  readonly name?: string;
}

export interface Config {
  /** The default host. */
  readonly host?: string;
  /** By host. */
  readonly credentials: Readonly<Record<string, Credential>>;
  /** By host. Absent: none is chosen on any. */
  readonly teams?: Readonly<Record<string, ChosenTeam>>;
}

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export class ConfigFile {
  readonly path: string;

  constructor(env: NodeJS.ProcessEnv) {
    const base = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
    this.path = join(base, 'px0', 'config.json');
  }

  /** @throws CliError if the file exists and is invalid */
  async read(): Promise<Config> {
    const text = await readRegularTextFile(this.path).catch((error: unknown) => {
      if (isAbsence(error)) return '{}';
      throw error;
    });
    const config = parseConfig(text);
    if (config !== undefined) return config;
    throw new CliError('usage', `${this.path} is not a valid configuration file; delete it and log in again`);
  }

  /** @throws CliError if the file cannot be written */
  async write(next: Config): Promise<void> {
    const directory = dirname(this.path);
    try {
      await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
      replaceFile(this.path, {
        content: `${JSON.stringify(next, undefined, 2)}\n`,
        temporary: `${this.path}.${process.pid}.tmp`,
        mode: FILE_MODE,
      });
    } catch (error) {
      throw asCliError(error, `${this.path} cannot be written`);
    }
  }
}

/** The configuration with another team for the host, or with none. */
export function withTeam({ teams = {}, ...config }: Config, host: string, team?: ChosenTeam): Config {
  const { [host]: _before, ...others } = teams;
  const next = team === undefined ? others : { ...others, [host]: team };
  return Object.keys(next).length === 0 ? config : { ...config, teams: next };
}

function isAbsence(error: unknown): boolean {
  const cause = error instanceof CliError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** Undefined for an invalid text. Parsed by hand, because every command reads the file, and a schema library would dominate the start. */
function parseConfig(text: string): Config | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { host, credentials = {}, teams = {} } = value;
    if (!isTextOrAbsent(host) || !isObject(credentials) || !isObject(teams)) return undefined;
    const read: [string, Credential][] = [];
    for (const [at, credential] of Object.entries(credentials)) {
      if (!isObject(credential)) return undefined;
      const { access_token, email } = credential;
      if (typeof access_token !== 'string' || !isTextOrAbsent(email)) return undefined;
      read.push([at, { access_token, ...(email !== undefined && { email }) }]);
    }
    const chosen: [string, ChosenTeam][] = [];
    for (const [at, team] of Object.entries(teams)) {
      if (!isObject(team)) return undefined;
      const { id, name } = team;
      if (typeof id !== 'string' || !isTextOrAbsent(name)) return undefined;
      chosen.push([at, { id, ...(name !== undefined && { name }) }]);
    }
    return {
      ...(host !== undefined && { host }),
      credentials: Object.fromEntries(read),
      ...(chosen.length > 0 && { teams: Object.fromEntries(chosen) }),
    };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

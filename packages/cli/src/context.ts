/** What every command works with: the output, the host and credential in force, the API, and how prompts and teams are named. */
import {
  APIKeysApi,
  AuthApi,
  apiConfiguration,
  OrganizationsApi,
  ProfileApi,
  type Prompt,
  PromptsApi,
  PromptVersionsApi,
} from '@px0/sdk/api';
import { ConfigFile } from './config-file.ts';
import { CliError } from './exit-codes.ts';
import type { Output } from './output.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly host?: string;
  readonly team?: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** What answers of the server that take long may take: an import does a thousand operations. */
const TIMEOUT_MS = 120_000;
const DEFAULT_HOST = 'http://localhost:8000';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Target {
  readonly host: string;
  readonly accessToken: string | undefined;
  /** The session's owner, when the credential is one that `login` has kept. */
  readonly email: string | undefined;
}

export interface Api {
  readonly auth: AuthApi;
  readonly keys: APIKeysApi;
  readonly organizations: OrganizationsApi;
  readonly profile: ProfileApi;
  readonly prompts: PromptsApi;
  readonly versions: PromptVersionsApi;
}

export class Context {
  readonly output: Output;
  readonly config: ConfigFile;
  readonly #options: GlobalOptions;
  readonly #env: NodeJS.ProcessEnv;

  constructor(output: Output, options: GlobalOptions, env: NodeJS.ProcessEnv) {
    this.output = output;
    this.config = new ConfigFile(env);
    this.#options = options;
    this.#env = env;
  }

  /** The host from option, environment or file, and the credential that belongs to it. */
  async target(): Promise<Target> {
    const stored = await this.config.read();
    const named = this.#options.host || this.#env['PX0_HOST'] || stored.host || DEFAULT_HOST;
    const host = named.replace(/\/+$/, '');
    const kept = stored.credentials[host];
    const fromEnv = this.#env['PX0_ACCESS_TOKEN'];
    return fromEnv
      ? { host, accessToken: fromEnv, email: undefined }
      : { host, accessToken: kept?.access_token, email: kept?.email };
  }

  /** As `target`. @throws CliError without a credential */
  async signedIn(): Promise<Target & { readonly accessToken: string }> {
    const { accessToken, ...target } = await this.target();
    if (accessToken !== undefined) return { ...target, accessToken };
    throw new CliError(
      'unauthorized',
      `not logged in at ${target.host}; run "px0 login" or set PX0_ACCESS_TOKEN`,
    );
  }

  async api(): Promise<Api> {
    const { host, accessToken } = await this.signedIn();
    return apiAt(host, accessToken);
  }

  /** The team that was named by id or name, or else the only one that there is. */
  async team(): Promise<string> {
    const named = this.#options.team || this.#env['PX0_TEAM'];
    if (named !== undefined && UUID.test(named)) return named;
    const { profile } = await this.api();
    const { teams } = await profile.listUserTeams();
    return theOne('team', '--team', teams, named).id;
  }

  /** The team that was named, if one was: it decides among equal slugs. */
  async namedTeam(): Promise<string | undefined> {
    return this.#options.team || this.#env['PX0_TEAM'] ? await this.team() : undefined;
  }

  /** A prompt by slug or id. */
  async prompt(slugOrId: string): Promise<Prompt> {
    const [{ prompts }, team] = [await this.api(), await this.namedTeam()];
    return (await prompts.getPrompt(slugOrId, undefined, undefined, team)).prompt;
  }

  /** The organization by id or name, or else the only one that there is. */
  async organization(named: string | undefined): Promise<string> {
    if (named !== undefined && UUID.test(named)) return named;
    const { profile } = await this.api();
    const { organizations } = await profile.listUserOrgs();
    return theOne('organization', '--org', organizations, named).id;
  }
}

export function apiAt(host: string, accessToken: string | null): Api {
  const configuration = apiConfiguration({
    host,
    accessToken,
    timeoutMs: TIMEOUT_MS,
    attemptTimeoutMs: TIMEOUT_MS,
  });
  return {
    auth: new AuthApi(configuration),
    keys: new APIKeysApi(configuration),
    organizations: new OrganizationsApi(configuration),
    profile: new ProfileApi(configuration),
    prompts: new PromptsApi(configuration),
    versions: new PromptVersionsApi(configuration),
  };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function theOne<T extends Named>(
  kind: string,
  option: string,
  all: readonly T[],
  name: string | undefined,
): T {
  const fitting = name === undefined ? all : all.filter((one) => one.name === name);
  const [first, ...others] = fitting;
  if (first === undefined) {
    throw new CliError('not_found', `you are in no ${kind}${name === undefined ? '' : ` called ${name}`}`);
  }
  if (others.length > 0) {
    const choices = fitting.map(({ id, name: own }) => `${own} (${id})`).join(', ');
    throw new CliError('usage', `name one ${kind} with ${option}: ${choices}`);
  }
  return first;
}

/** What every command works with: the output, the host and its credential, the API, and look-ups of prompts and teams by name. */
import { UsageError } from '@px0/sdk';
import {
  APIKeysApi,
  AuthApi,
  apiConfiguration,
  ChangeRequestsApi,
  Configuration,
  OrganizationsApi,
  ProfileApi,
  type Prompt,
  PromptPayloadsApi,
  PromptPoliciesApi,
  PromptsApi,
  PromptVersionsApi,
} from '@px0/sdk/api';
import { ConfigFile } from './config-file.ts';
import { CliError } from './exit-codes.ts';
import type { Input, Output } from './output.ts';
import { readStandardInput } from './text-input.ts';
import { requireReference } from './version-ref.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly host?: string;
  readonly team?: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** The limit for slow responses: an import can perform a thousand operations. */
const TIMEOUT_MS = 120_000;
const DEFAULT_HOST = 'http://localhost:8000';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Target {
  readonly host: string;
  readonly accessToken: string;
}

export interface Api {
  readonly auth: AuthApi;
  readonly changeRequests: ChangeRequestsApi;
  readonly keys: APIKeysApi;
  readonly organizations: OrganizationsApi;
  readonly payloads: PromptPayloadsApi;
  readonly policies: PromptPoliciesApi;
  readonly profile: ProfileApi;
  readonly prompts: PromptsApi;
  readonly versions: PromptVersionsApi;
}

/** A setting and its source, for error messages. */
interface Setting {
  readonly value: string;
  readonly from: string;
}

export class Context {
  readonly output: Output;
  readonly config: ConfigFile;
  readonly #options: GlobalOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #input: Input;

  constructor(output: Output, options: GlobalOptions, env: NodeJS.ProcessEnv, input: Input) {
    this.output = output;
    this.config = new ConfigFile(env);
    this.#options = options;
    this.#env = env;
    this.#input = input;
  }

  get stdin(): Input['stdin'] {
    return this.#input.stdin;
  }

  /** The private key that signs bundles, as the environment gives it. */
  get bundleKey(): string | undefined {
    return this.#env['PX0_BUNDLE_KEY'];
  }

  /** The public keys that bundles are checked with, as the environment gives them. */
  get bundleKeys(): string | undefined {
    return this.#env['PX0_BUNDLE_KEYS'];
  }

  /** All of standard input. @throws CliError */
  async input(): Promise<string> {
    return await readStandardInput(this.stdin);
  }

  /** The host from the option, the environment or else the file, which is read only then. @throws CliError for one that can never work */
  async host(): Promise<string> {
    const named = this.#setting(this.#options.host, '--host', 'PX0_HOST');
    if (named !== undefined) return usableHost(named);
    const { host = DEFAULT_HOST } = await this.config.read();
    return usableHost({ value: host, from: this.#inConfig });
  }

  get #inConfig(): string {
    return `in ${this.config.path}`;
  }

  /** An empty option counts as set, an empty environment variable does not. */
  #setting(option: string | undefined, flag: string, variable: string): Setting | undefined {
    if (option !== undefined) return { value: option, from: flag };
    const value = this.#env[variable];
    return value ? { value, from: variable } : undefined;
  }

  /** The host, or the upstream named in its place, and its credential. @throws CliError without a credential, or for settings that can never work */
  async signedIn(upstream?: string): Promise<Target> {
    const host =
      upstream === undefined ? await this.host() : usableHost({ value: upstream, from: '--upstream' });
    const token = this.#setting(undefined, '', 'PX0_ACCESS_TOKEN') ?? (await this.#keptToken(host));
    if (token !== undefined) return { host, accessToken: usableToken(host, token) };
    throw new CliError('unauthorized', `not logged in to ${host}; run "px0 login" or set PX0_ACCESS_TOKEN`);
  }

  async #keptToken(host: string): Promise<Setting | undefined> {
    const { credentials } = await this.config.read();
    const value = credentials[host]?.access_token;
    return value === undefined ? undefined : { value, from: this.#inConfig };
  }

  async api(): Promise<Api> {
    const { host, accessToken } = await this.signedIn();
    return apiAt(host, accessToken);
  }

  /** The team given by id or name, or else the caller's only team. */
  async team(): Promise<string> {
    const named = this.#named();
    if (named !== undefined && UUID.test(named)) return named;
    const { profile } = await this.api();
    const { teams } = await profile.listUserTeams();
    return theOne('team', '--team', teams, named).id;
  }

  /** The given team, if any, which decides among equal slugs. */
  async namedTeam(): Promise<string | undefined> {
    return this.#named() === undefined ? undefined : await this.team();
  }

  /** @throws CliError for a value that cannot name a team */
  #named(): string | undefined {
    const team = this.#setting(this.#options.team, '--team', 'PX0_TEAM');
    if (team === undefined) return undefined;
    if (team.value !== '' && !/\p{Cc}/u.test(team.value)) return team.value;
    throw new CliError(
      'usage',
      `the team (${team.from}) ${team.value === '' ? 'must not be empty' : 'contains control characters'}`,
    );
  }

  /** A prompt by slug or id. */
  async prompt(slugOrId: string): Promise<Prompt> {
    requireReference('the prompt', slugOrId);
    const [{ prompts }, team] = [await this.api(), await this.namedTeam()];
    return (await prompts.getPrompt(slugOrId, undefined, undefined, team)).prompt;
  }

  /** The organization given by id or name, or else the caller's only organization. */
  async organization(named: string | undefined): Promise<string> {
    if (named === '') throw new CliError('usage', 'the organization (--org) must not be empty');
    if (named !== undefined && UUID.test(named)) return named;
    const { profile } = await this.api();
    const { organizations } = await profile.listUserOrgs();
    return theOne('organization', '--org', organizations, named).id;
  }
}

/** The host in the form of the SDK. @throws CliError that never contains the value */
export function usableHost({ value, from }: Setting): string {
  return judged(from, () => apiConfiguration({ host: value, accessToken: null }).basePath);
}

/** @throws CliError that never contains the value */
function usableToken(host: string, { value, from }: Setting): string {
  judged(from, () => apiConfiguration({ host, accessToken: value }));
  return value;
}

/** The SDK decides which settings can work; this adds where they came from. */
function judged<T>(from: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw new CliError('usage', `${error.message} (${from})`);
    throw error;
  }
}

export function apiAt(host: string, accessToken: string | null): Api {
  const { basePath, fetchApi } = apiConfiguration({
    host,
    accessToken,
    timeoutMs: TIMEOUT_MS,
    attemptTimeoutMs: TIMEOUT_MS,
  });
  const headers = { 'Px0-Client': 'cli' };
  const configuration = new Configuration({ basePath, headers, ...(fetchApi && { fetchApi }) });
  return {
    auth: new AuthApi(configuration),
    changeRequests: new ChangeRequestsApi(configuration),
    keys: new APIKeysApi(configuration),
    organizations: new OrganizationsApi(configuration),
    payloads: new PromptPayloadsApi(configuration),
    policies: new PromptPoliciesApi(configuration),
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
    throw new CliError(
      'not_found',
      `you do not belong to any ${kind}${name === undefined ? '' : ` named ${name}`}`,
    );
  }
  if (others.length > 0) {
    const choices = fitting.map(({ id, name: own }) => `${own} (${id})`).join(', ');
    throw new CliError('usage', `more than one ${kind} matches; choose one with ${option}: ${choices}`);
  }
  return first;
}

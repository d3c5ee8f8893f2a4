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
import { type ChosenTeam, ConfigFile } from './config-file.ts';
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
  #workedIn: ChosenTeam | undefined;
  #hasWritten = false;

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

  /** The program that shows pages, where the environment names one. */
  get browser(): string | undefined {
    return this.#env['BROWSER'] || undefined;
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

  /** Where the API key comes from that is in use; undefined for the session of a person. */
  async keyInUse(): Promise<string | undefined> {
    const host = await this.host();
    const token = this.#setting(undefined, '', 'PX0_ACCESS_TOKEN') ?? (await this.#keptToken(host));
    return token?.value.startsWith('ak_') ? token.from : undefined;
  }

  async #keptToken(host: string): Promise<Setting | undefined> {
    const { credentials } = await this.config.read();
    const value = credentials[host]?.access_token;
    return value === undefined ? undefined : { value, from: this.#inConfig };
  }

  async api(timeoutMs = TIMEOUT_MS): Promise<Api> {
    const { host, accessToken } = await this.signedIn();
    const onWrite = () => {
      this.#hasWritten = true;
    };
    return apiAt(host, accessToken, { timeoutMs, onWrite });
  }

  /** Whether px0 was asked to change something. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** The team that was given or chosen, as it was written; empty for none. */
  async teamInWords(): Promise<string> {
    return this.#named() ?? (await this.chosenTeam())?.id ?? '';
  }

  /** The team given by id or name, or chosen by `use`, or else the caller's only team. */
  async team(): Promise<string> {
    return (await this.namedTeam()) ?? (await this.ownTeam(undefined)).id;
  }

  /** The team that was given, or chosen by `use`, if any. It decides among equal slugs. */
  async namedTeam(): Promise<string | undefined> {
    const given = await this.givenTeam();
    if (given !== undefined) return given;
    const chosen = await this.chosenTeam();
    this.#workedIn = chosen;
    return chosen?.id;
  }

  /** The team of `--team` or `PX0_TEAM` alone, for what outlives the command. */
  async givenTeam(): Promise<string | undefined> {
    const named = this.#named();
    return named === undefined || isId(named) ? named : (await this.ownTeam(named)).id;
  }

  /** One of the caller's teams, by id or name; without either, the only one. @throws CliError */
  async ownTeam(named: string | undefined): Promise<Named> {
    const { profile } = await this.api();
    const { teams } = await profile.listUserTeams();
    return theOne(
      { kind: 'team', option: '--team', orElse: ', or for all commands with "px0 use"' },
      teams,
      named,
    );
  }

  /** The team that `use` chose for this host. A file that cannot be read chooses none: those who set everything themselves do without it. */
  async chosenTeam(): Promise<ChosenTeam | undefined> {
    const host = await this.host();
    const { teams } = await this.config.read().catch((): { teams?: undefined } => ({}));
    return teams?.[host];
  }

  /** Whether `--team` or `PX0_TEAM` says which team, so that the choice of `use` does not count. */
  get isTeamGiven(): boolean {
    return this.#named() !== undefined;
  }

  /** What a reader of an error has to know: which team the command worked in, where only `use` says so. */
  get note(): string | undefined {
    if (this.#workedIn === undefined) return undefined;
    const { id, name = id } = this.#workedIn;
    return `this command worked in the team ${name}, which "px0 use" chose; --team names another`;
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
    if (named !== undefined && isId(named)) return named;
    const { profile } = await this.api();
    const { organizations } = await profile.listUserOrgs();
    return theOne({ kind: 'organization', option: '--org' }, organizations, named).id;
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

interface ApiSettings {
  readonly timeoutMs?: number;
  /** Is told of each request that may change something, before it is sent. */
  readonly onWrite?: () => void;
}

export function apiAt(
  host: string,
  accessToken: string | null,
  { timeoutMs = TIMEOUT_MS, onWrite }: ApiSettings = {},
): Api {
  const { basePath, fetchApi } = apiConfiguration({
    host,
    accessToken,
    timeoutMs,
    attemptTimeoutMs: timeoutMs,
  });
  const headers = { 'Px0-Client': 'cli' };
  const middleware = [
    {
      pre: async ({ init }: { readonly init: RequestInit }) => {
        if (init.method !== 'GET') onWrite?.();
      },
    },
  ];
  const configuration = new Configuration({ basePath, headers, middleware, ...(fetchApi && { fetchApi }) });
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

/** Whether the text is the id of a team or organization, which then is not looked up. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

interface Choice {
  readonly kind: string;
  /** Which chooses one. */
  readonly option: string;
  /** What chooses one, too. */
  readonly orElse?: string;
}

function theOne<T extends Named>(
  { kind, option, orElse = '' }: Choice,
  all: readonly T[],
  name: string | undefined,
): T {
  const fitting = name === undefined ? all : all.filter((one) => one.id === name || one.name === name);
  const [first, ...others] = fitting;
  if (first === undefined) {
    throw new CliError(
      'not_found',
      `you do not belong to any ${kind}${name === undefined ? '' : ` named ${name}`}`,
    );
  }
  if (others.length > 0) {
    const choices = fitting.map(({ id, name: own }) => `${own} (${id})`).join(', ');
    throw new CliError(
      'usage',
      `more than one ${kind} matches; choose one with ${option}${orElse}: ${choices}`,
    );
  }
  return first;
}

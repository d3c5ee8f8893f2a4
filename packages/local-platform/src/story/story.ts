/**
 * The first-run story through the public API, step by step: registration, API key, prompt, live version, render. The sample of the first
 * start, the benchmarks and the tests share it. It neither retries nor sends a revision token.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Api, Method, RequestOptions } from './api.ts';
import { Shape } from './shape.ts';

/** Meets the password policy; for accounts that nobody needs to protect. */
export const PASSWORD = 'Correct-horse-1';

/** Holds the credential that a request carries: a person has a session, a program has a key. */
export interface Caller {
  readonly token: string;
}

export interface Person extends Caller {
  readonly id: string;
  readonly email: string;
}

/** A person with the organization and the default team that a public registration creates. */
export interface Owner extends Person {
  readonly organization: string;
  readonly team: string;
}

export interface Key extends Caller {
  readonly id: string;
}

/** An owner with a key of operation `all`. */
export interface Account extends Owner {
  readonly key: Key;
}

export interface Prompt {
  readonly id: string;
  readonly slug: string;
}

export type Operation = 'read_render' | 'all' | 'admin';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface KeyOptions {
  /** Default: the operation's name. */
  readonly name?: string;
  /** Default: every team of the organization. */
  readonly teams?: readonly string[];
  /** Default: the organization of the owner's registration. */
  readonly organization?: string;
}

export interface PromptOptions {
  readonly slug: string;
  /** Default: the slug. */
  readonly name?: string;
  readonly description?: string;
}

/** What a version holds: a template, or the body of its creation with `messages`, `config` and `note`. */
export type Content = string | Readonly<Record<string, unknown>>;

export class Story {
  readonly gateway: Api;

  constructor(gateway: Api) {
    this.gateway = gateway;
  }

  /** The answer, whatever its status. */
  ask(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Answer> {
    return this.gateway.request(method, path, requestOf(who, body));
  }

  /** The parsed body. @throws Error that shows the exchange unless the answer is a success */
  async get(who: Caller | undefined, path: string): Promise<Shape> {
    return await this.make(who, 'GET', path);
  }

  /** The parsed body. @throws Error that shows the exchange unless the answer is a success */
  async make(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Shape> {
    return new Shape(await this.gateway.call(method, path, requestOf(who, body)));
  }

  /** Registers and logs in. */
  async owner(credentials: Credentials = newCredentials()): Promise<Owner> {
    const person = await this.register(credentials);
    const organization = (await this.get(person, '/v1/me/orgs')).text('organizations', 0, 'id');
    const team = (await this.get(person, '/v1/me/teams')).text('teams', 0, 'id');
    return { ...person, organization, team };
  }

  async account(): Promise<Account> {
    const owner = await this.owner();
    return { ...owner, key: await this.key(owner, 'all') };
  }

  /** The session's token. */
  async login(email: string, password = PASSWORD): Promise<string> {
    return (await this.make(undefined, 'POST', '/v1/auth/login', { email, password })).text('token');
  }

  async key(owner: Owner, operation: Operation, options: KeyOptions = {}): Promise<Key> {
    const { name = operation, teams = [], organization = owner.organization } = options;
    const body = { name, org_id: organization, operation, team_ids: teams };
    const created = await this.make(owner, 'POST', '/v1/api-keys', body);
    return { id: created.text('id'), token: created.text('key') };
  }

  /** A prompt without a version. */
  async emptyPrompt(
    who: Caller,
    team: string,
    { slug, name = slug, ...more }: PromptOptions,
  ): Promise<Prompt> {
    const created = await this.make(who, 'POST', `/v1/teams/${team}/prompts`, { name, slug, ...more });
    return { id: created.text('prompt', 'id'), slug };
  }

  /** A new version's number. */
  async draft(who: Caller, prompt: Prompt, content: Content): Promise<number> {
    const body = typeof content === 'string' ? { template: content } : content;
    const created = await this.make(who, 'POST', `/v1/prompts/${prompt.id}/versions`, body);
    return Number(created.text('version', 'version'));
  }

  /** From draft to stable, or from stable to live. */
  promote(who: Caller, prompt: Prompt, version: number): Promise<Shape> {
    return this.make(who, 'POST', `/v1/prompts/${prompt.id}/versions/${version}/promote`);
  }

  /** Creates a version and promotes it to live; returns its number. */
  async live(who: Caller, prompt: Prompt, content: Content): Promise<number> {
    const version = await this.draft(who, prompt, content);
    await this.promote(who, prompt, version);
    await this.promote(who, prompt, version);
    return version;
  }

  render(
    who: Caller,
    { slug }: Pick<Prompt, 'slug'>,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> {
    return this.ask(who, 'POST', `/v1/prompts/${slug}/render`, { variables });
  }

  /** The rendered text. @throws Error that shows the exchange unless the answer is a success */
  async rendered(
    who: Caller,
    { slug }: Pick<Prompt, 'slug'>,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    return (await this.make(who, 'POST', `/v1/prompts/${slug}/render`, { variables })).text('rendered');
  }

  /** The whole story in a new account; returns the rendered text, `Hello, Ada!`. */
  async chain(): Promise<string> {
    const { team, key } = await this.account();
    const prompt = await this.emptyPrompt(key, team, { slug: 'greeting' });
    await this.live(key, prompt, 'Hello, {{.name}}!');
    return await this.rendered(key, prompt, { name: 'Ada' });
  }

  /** Registers and logs in; `by` is the owner who registers somebody else, `more` are further fields of that request. */
  protected async register(credentials: Credentials, by?: Person, more: object = {}): Promise<Person> {
    const registered = await this.make(by, 'POST', '/v1/auth/register', { ...credentials, ...more });
    const { email, password } = credentials;
    return { id: registered.text('user', 'id'), email, token: await this.login(email, password) };
  }
}

/** For an account that a test or a benchmark creates. */
export function newCredentials(): Credentials {
  return { email: `person-${randomUUID()}@example.com`, password: PASSWORD };
}

function requestOf(who: Caller | undefined, body: unknown): RequestOptions {
  return { ...(who !== undefined && { token: who.token }), ...(body !== undefined && { body }) };
}

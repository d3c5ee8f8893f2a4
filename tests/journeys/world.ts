/** The people, teams and prompts of the stories, made through the gateway alone, with no revision token sent and no retry. */
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@px0/contracts';
import type { TestPlatform } from '@px0/testing';
import { type Answer, Api, type Method, type RequestOptions } from '../api.ts';

export const PASSWORD = 'Correct-horse-1';

/** Whoever can be asked in whose name: a person by a session, a program by a key. */
export interface Caller {
  readonly token: string;
}

export interface Person extends Caller {
  readonly id: string;
  readonly email: string;
}

/** A person with the organization and the Default Team of a public registration. */
export interface Owner extends Person {
  readonly organization: string;
  readonly team: string;
}

export interface Key extends Caller {
  readonly id: string;
}

export interface Prompt {
  readonly id: string;
  readonly slug: string;
}

export type Operation = 'read_render' | 'all' | 'admin';

export class World {
  readonly platform: TestPlatform;
  readonly gateway: Api;

  constructor(platform: TestPlatform) {
    this.platform = platform;
    this.gateway = new Api(platform.gatewayUrl);
  }

  /** One service without the gateway. */
  direct(service: Exclude<ServiceName, 'gateway'>): Api {
    const url = this.platform.services[service][0]?.url;
    if (url === undefined) throw new Error(`${service} does not run`);
    return new Api(url);
  }

  ask(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Answer> {
    return this.gateway.request(method, path, options(who, body));
  }

  /** The parsed body; an error that shows the exchange unless the answer is a success. */
  async get(who: Caller | undefined, path: string): Promise<Shape> {
    return new Shape(await this.gateway.call('GET', path, options(who)));
  }

  async make(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Shape> {
    return new Shape(await this.gateway.call(method, path, options(who, body)));
  }

  async owner(): Promise<Owner> {
    const person = await this.#registered(undefined, {});
    const organization = (await this.get(person, '/v1/me/orgs')).text('organizations', 0, 'id');
    const team = (await this.get(person, '/v1/me/teams')).text('teams', 0, 'id');
    return { ...person, organization, team };
  }

  /** Registered by the owner: with an organization of their own unless a team is named. */
  registeredBy(owner: Person, team?: string): Promise<Person> {
    return this.#registered(owner, team === undefined ? {} : { team_id: team });
  }

  async login(email: string, password = PASSWORD): Promise<string> {
    return (await this.make(undefined, 'POST', '/v1/auth/login', { email, password })).text('token');
  }

  async organization(owner: Owner): Promise<{ organization: string; team: string }> {
    const created = await this.make(owner, 'POST', '/v1/orgs', { name: `Organization ${randomUUID()}` });
    const organization = created.text('org', 'id');
    const teams = await this.get(owner, `/v1/orgs/${organization}/teams`);
    return { organization, team: teams.text('teams', 0, 'id') };
  }

  async team(owner: Owner, organization = owner.organization): Promise<string> {
    const body = { name: `Team ${randomUUID()}` };
    return (await this.make(owner, 'POST', `/v1/orgs/${organization}/teams`, body)).text('team', 'id');
  }

  async key(
    owner: Owner,
    operation: Operation,
    teams: readonly string[] = [],
    organization = owner.organization,
  ): Promise<Key> {
    const body = { name: operation, org_id: organization, operation, team_ids: teams };
    const created = await this.make(owner, 'POST', '/v1/api-keys', body);
    return { id: created.text('id'), token: created.text('key') };
  }

  async prompt(who: Caller, team: string, template?: string): Promise<Prompt> {
    const created = await this.make(who, 'POST', `/v1/teams/${team}/prompts`, { name: randomUUID() });
    const prompt = { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
    if (template !== undefined) await this.live(who, prompt, template);
    return prompt;
  }

  async draft(who: Caller, prompt: Prompt, template: string): Promise<number> {
    const created = await this.make(who, 'POST', `/v1/prompts/${prompt.id}/versions`, { template });
    return Number(created.text('version', 'version'));
  }

  promote(who: Caller, prompt: Prompt, version: number): Promise<Shape> {
    return this.make(who, 'POST', `/v1/prompts/${prompt.id}/versions/${version}/promote`);
  }

  async live(who: Caller, prompt: Prompt, template: string): Promise<number> {
    const version = await this.draft(who, prompt, template);
    await this.promote(who, prompt, version);
    await this.promote(who, prompt, version);
    return version;
  }

  render(who: Caller, { slug }: Prompt): Promise<Answer> {
    return this.ask(who, 'POST', `/v1/prompts/${slug}/render`, {});
  }

  /** The statuses of a live render, a read and a write of the prompt, asked at once. */
  async reach(who: Caller, prompt: Prompt): Promise<readonly [render: number, read: number, write: number]> {
    const [render, read, write] = await Promise.all([
      this.render(who, prompt),
      this.ask(who, 'GET', `/v1/prompts/${prompt.id}`),
      this.ask(who, 'PUT', `/v1/prompts/${prompt.id}`, { description: 'touched' }),
    ]);
    return [render.status, read.status, write.status];
  }

  role(who: Caller, team: string, person: Person, role: 'admin' | 'editor' | 'viewer'): Promise<Shape> {
    return this.make(who, 'PUT', `/v1/teams/${team}/members/${person.id}/role`, { role });
  }

  add(who: Caller, team: string, person: Person): Promise<Shape> {
    return this.make(who, 'POST', `/v1/teams/${team}/members`, { user_id: person.id });
  }

  async #registered(by: Person | undefined, more: object): Promise<Person> {
    const email = `person-${randomUUID()}@example.com`;
    const registered = await this.make(by, 'POST', '/v1/auth/register', {
      email,
      password: PASSWORD,
      ...more,
    });
    return { id: registered.text('user', 'id'), email, token: await this.login(email) };
  }
}

/** A parsed answer, read by paths of keys and indexes. */
export class Shape {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** @throws an error that shows the whole answer when there is nothing at the path */
  at(...path: readonly (string | number)[]): unknown {
    let value = this.value;
    for (const step of path) {
      value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    }
    if (value === undefined) throw new Error(`no ${path.join('.')} in ${JSON.stringify(this.value)}`);
    return value;
  }

  text(...path: readonly (string | number)[]): string {
    return String(this.at(...path));
  }

  /** One field of each item of a list. */
  each(list: string, field: string): readonly unknown[] {
    const items = this.at(list);
    if (!Array.isArray(items)) throw new Error(`${list} is no list in ${JSON.stringify(this.value)}`);
    return items.map((item) => new Shape(item).at(field));
  }
}

/** The status, and the error's sentence when there is one. */
export function said({ status, text }: Answer): readonly [number, string?] {
  return status < 400 ? [status] : [status, new Shape(JSON.parse(text)).text('error')];
}

function options(who: Caller | undefined, body?: unknown): RequestOptions {
  return { ...(who !== undefined && { token: who.token }), ...(body !== undefined && { body }) };
}

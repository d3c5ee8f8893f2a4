/**
 * The people, teams and prompts of the tests' stories, made through the gateway alone. Every answer must be one that the API description
 * knows. It needs no test runner.
 */
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@px0/contracts';
import { expectDescribed } from '@px0/contracts/response-check';
import {
  type Answer,
  Api,
  type Caller,
  type Method,
  newCredentials,
  type Owner,
  type Person,
  type Prompt,
  Shape,
  Story,
} from '@px0/local-platform/story';
import { eventually } from './eventually.ts';
import type { TestPlatform } from './own-platform.ts';

export type {
  Account,
  Answer,
  Api,
  Caller,
  Key,
  Method,
  Operation,
  Owner,
  Person,
  Prompt,
  RequestOptions,
} from '@px0/local-platform/story';
export { PASSWORD, Shape } from '@px0/local-platform/story';

/** A client of the public API that fails on an answer which the API description does not know. */
export function describedApi(origin: string, headers: Readonly<Record<string, string>> = {}): Api {
  return new Api(origin, { headers, inspect: expectDescribed });
}

export class World extends Story {
  readonly platform: TestPlatform;

  /** `headers` are sent with every request to the gateway. */
  constructor(platform: TestPlatform, headers: Readonly<Record<string, string>> = {}) {
    super(describedApi(platform.gatewayUrl, headers));
    this.platform = platform;
  }

  /**
   * Asks again while an answer says that it may be older than what this client has seen: a render says so after 50 ms, which a busy machine may
   * need. Without NATS each answer does, and is taken as it is.
   */
  override async ask(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Answer> {
    let answer = await super.ask(who, method, path, body);
    if (!isRead(method, path)) return answer;
    const isSettled = async () => {
      if (!answer.headers.has('px0-stale') || !(await this.#followsNats())) return true;
      answer = await super.ask(who, method, path, body);
      return false;
    };
    // What stays stale is for the caller to judge.
    await eventually(isSettled).catch(() => undefined);
    return answer;
  }

  override async make(who: Caller | undefined, method: Method, path: string, body?: unknown): Promise<Shape> {
    if (isRead(method, path)) {
      const { status, text } = await this.ask(who, method, path, body);
      if (status >= 200 && status <= 299) return new Shape(JSON.parse(text));
    }
    return super.make(who, method, path, body);
  }

  /** Whether render is connected, as far as it can tell. */
  async #followsNats(): Promise<boolean> {
    const url = this.platform.services.render[0]?.url;
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    return (await ready?.text())?.includes('"connected":true') === true;
  }

  /** One service without the gateway. */
  direct(service: Exclude<ServiceName, 'gateway'>): Api {
    const url = this.platform.services[service][0]?.url;
    if (url === undefined) throw new Error(`${service} does not run`);
    return describedApi(url);
  }

  /** A person whom the owner registers: with an organization of their own, or in the team when there is one. */
  registeredBy(owner: Person, team?: string): Promise<Person> {
    return this.register(newCredentials(), owner, team === undefined ? {} : { team_id: team });
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

  /** A prompt with a random name, from which the registry derives the slug; with a live version when there is a template. */
  async prompt(who: Caller, team: string, template?: string): Promise<Prompt> {
    const created = await this.make(who, 'POST', `/v1/teams/${team}/prompts`, { name: randomUUID() });
    const prompt = { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
    if (template !== undefined) await this.live(who, prompt, template);
    return prompt;
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
}

/** Whether it changes nothing, and is answered by what its service has heard. */
function isRead(method: Method, path: string): boolean {
  return method === 'GET' || path.endsWith('/render');
}

/** The status, and the error's sentence when there is one. */
export function said({ status, text }: Answer): readonly [number, string?] {
  return status < 400 ? [status] : [status, new Shape(JSON.parse(text)).text('error')];
}

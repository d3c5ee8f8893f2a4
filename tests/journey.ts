/** What a newcomer does, step by step: the chain from a registration to a live render. */
import { randomUUID } from 'node:crypto';
import { Api } from './api.ts';

/** The value at a path of keys and indexes; an error that shows the whole answer when there is none. */
function at(answer: unknown, ...path: readonly (string | number)[]): unknown {
  let value = answer;
  for (const step of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  }
  if (value === undefined) throw new Error(`no ${path.join('.')} in ${JSON.stringify(answer)}`);
  return value;
}

function textAt(answer: unknown, ...path: readonly (string | number)[]): string {
  return String(at(answer, ...path));
}

export interface Account {
  readonly email: string;
  readonly password: string;
  readonly session: string;
  readonly organization: string;
  readonly team: string;
  readonly key: string;
}

export interface Prompt {
  readonly id: string;
  readonly slug: string;
}

export class Journey {
  readonly api: Api;

  /** `headers` are sent with every request. */
  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.api = new Api(origin, headers);
  }

  /** Register, log in, find organization and team, create an API key. */
  async account(): Promise<Account> {
    const email = `user-${randomUUID()}@example.com`;
    const password = 'Correct-horse-1';
    await this.api.call('POST', '/v1/auth/register', { body: { email, password } });
    const login = await this.api.call('POST', '/v1/auth/login', { body: { email, password } });
    const session = textAt(login, 'token');
    const organizations = await this.api.call('GET', '/v1/me/orgs', { token: session });
    const organization = textAt(organizations, 'organizations', 0, 'id');
    const teams = await this.api.call('GET', '/v1/me/teams', { token: session });
    const team = textAt(teams, 'teams', 0, 'id');
    const body = { name: 'key', org_id: organization, operation: 'all' };
    const key = textAt(await this.api.call('POST', '/v1/api-keys', { token: session, body }), 'key');
    return { email, password, session, organization, team, key };
  }

  async prompt({ team, key }: Account, slug = 'greeting'): Promise<Prompt> {
    const created = await this.api.call('POST', `/v1/teams/${team}/prompts`, {
      token: key,
      body: { name: slug, slug },
    });
    return { id: textAt(created, 'prompt', 'id'), slug };
  }

  /** A new version, promoted twice: from draft to stable to live. Returns its number. */
  async liveVersion({ key }: Account, prompt: Prompt, template: string): Promise<number> {
    const version = await this.draft(key, prompt, template);
    await this.promote(key, prompt, version);
    await this.promote(key, prompt, version);
    return version;
  }

  async draft(key: string, prompt: Prompt, template: string): Promise<number> {
    const created = await this.api.call('POST', `/v1/prompts/${prompt.id}/versions`, {
      token: key,
      body: { template },
    });
    return Number(at(created, 'version', 'version'));
  }

  async promote(key: string, prompt: Prompt, version: number): Promise<void> {
    await this.api.call('POST', `/v1/prompts/${prompt.id}/versions/${version}/promote`, { token: key });
  }

  async render(key: string, prompt: Prompt, variables: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.api.call('POST', `/v1/prompts/${prompt.slug}/render`, {
      token: key,
      body: { variables },
    });
    return textAt(answer, 'rendered');
  }

  /** The whole chain; returns the rendered text. */
  async chain(): Promise<string> {
    const account = await this.account();
    const prompt = await this.prompt(account);
    await this.liveVersion(account, prompt, 'Hello, {{.name}}!');
    return await this.render(account.key, prompt, { name: 'Ada' });
  }
}

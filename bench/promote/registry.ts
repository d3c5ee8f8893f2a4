/** One build of the prompt registry on a database and a stream of its own, with a prompt whose two versions take turns at being live. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { eventually, type ForeignContexts, PlayedIdentity, PlayedTenancy } from '@px0/testing/servers';
import { createdPromptId } from '../lib/created-prompt.ts';
import type { Program } from '../lib/program.ts';
import { type Servers, startRegistry } from '../lib/registry-process.ts';

/** Other versions of the prompt: its event lists them all. */
const OTHER_VERSIONS = 8;
const TEMPLATE = `Hello {{.name}}, welcome to {{.place}}! ${'You are a helpful assistant. '.repeat(70)}`;

interface Scopes {
  readonly orgId: string;
  readonly teamId: string;
}

export class Registry {
  readonly process: Program;
  readonly #contexts: ForeignContexts;
  readonly #key: string;
  readonly #scopes: Scopes;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #promptId = '';
  #live = 1;
  #admin: { readonly token: string } | undefined;

  private constructor(process: Program, contexts: ForeignContexts, key: string, scopes: Scopes) {
    this.#scopes = scopes;
    this.process = process;
    this.#contexts = contexts;
    this.#key = key;
  }

  /** Starts the registry of the tree in `folder` and creates its prompt. `name` is that of its database and stream prefix. */
  static async start(
    folder: string,
    name: string,
    servers: Servers,
    flags: readonly string[] = [],
  ): Promise<Registry> {
    const environment = { POLICIES: 'on' };
    const { process, contexts } = await startRegistry(folder, name, servers, { environment, flags });
    const [orgId, teamId] = [randomUUID(), randomUUID()];
    const created_at = new Date().toISOString();
    await contexts.publish('organization', orgId, { name: 'Bench', created_at });
    await contexts.publish('team', teamId, { org_id: orgId, name: 'Bench', is_default: true, created_at });
    const key = await new PlayedIdentity(contexts).createKey(orgId);
    const registry = new Registry(process, contexts, key.token, { orgId, teamId });
    await registry.#createPrompt(teamId);
    return registry;
  }

  /** Promotes the version that is not live, which demotes the other; returns the milliseconds until the answer. */
  async promote(): Promise<number> {
    const next = this.#live === 1 ? 2 : 1;
    const started = performance.now();
    await this.#call('POST', `/v1/prompts/${this.#promptId}/versions/${next}/promote`);
    this.#live = next;
    return performance.now() - started;
  }

  /** Adds a policy, as an administrator of the organization, whom the first one creates. */
  async addPolicy(scope: 'organization' | 'team', policy: object): Promise<void> {
    const { orgId, teamId } = this.#scopes;
    this.#admin ??= await this.#administrator(teamId);
    const area = scope === 'team' ? `teams/${teamId}` : `orgs/${orgId}`;
    const { token } = this.#admin;
    // The administrator's events may still be on their way to the registry.
    await eventually(
      () => this.#call('POST', `/v1/${area}/prompt-policies`, policy, token).then(Boolean, () => false),
      { what: 'a policy' },
    );
  }

  /** Posts a check of both versions that take turns, as successful. */
  async postChecks(name: string): Promise<void> {
    for (const version of [1, 2]) {
      const path = `/v1/prompts/${this.#promptId}/versions/${version}`;
      const { content_hash } = JSON.parse(await this.#call('GET', path)).version;
      await this.#call('POST', `${path}/checks`, { name, state: 'success', content_hash });
    }
  }

  async #administrator(teamId: string): Promise<{ readonly token: string }> {
    const identity = new PlayedIdentity(this.#contexts);
    await identity.start();
    const admin = await identity.register();
    await new PlayedTenancy(this.#contexts).setMember(teamId, admin.id, 'admin');
    return admin;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.process.stop();
    await this.#contexts.close();
  }

  async #createPrompt(teamId: string): Promise<void> {
    const create = () => this.#call('POST', `/v1/teams/${teamId}/prompts`, { name: 'Promoted' });
    // The key's event may still be on its way to the registry.
    const answer = await eventually(() => create().catch(() => undefined), {
      what: 'a prompt',
      timeoutMs: 30_000,
    });
    this.#promptId = createdPromptId(JSON.parse(answer));
    const versions = `/v1/prompts/${this.#promptId}/versions`;
    for (let number = 1; number <= 2 + OTHER_VERSIONS; number += 1) {
      await this.#call('POST', versions, { template: `${TEMPLATE} ${number}` });
      // Draft to stable; the first two then take turns at being live.
      await this.#call('POST', `${versions}/${number}/promote`);
    }
    await this.#call('POST', `${versions}/1/promote`);
  }

  #call(method: string, path: string, body?: unknown, token = this.#key): Promise<string> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const req = request(this.process.url + path, { agent: this.#agent, method, headers }, async (res) => {
        const text = Buffer.concat(await res.toArray()).toString();
        const { statusCode = 0 } = res;
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path} was answered with ${statusCode}: ${text}`));
      });
      req.once('error', reject);
      req.end(payload);
    });
  }
}

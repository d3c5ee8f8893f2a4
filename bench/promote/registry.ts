/** One build of the prompt registry on a database and a stream of its own, with a prompt whose two versions take turns at being live. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { eventually, type ForeignContexts, PlayedIdentity } from '@px0/testing/servers';
import { createdPromptId } from '../lib/created-prompt.ts';
import type { Program } from '../lib/program.ts';
import { type Servers, startRegistry } from '../lib/registry-process.ts';

/** Other versions of the prompt: its event lists them all. */
const OTHER_VERSIONS = 8;
const TEMPLATE = `Hello {{.name}}, welcome to {{.place}}! ${'You are a helpful assistant. '.repeat(70)}`;

export class Registry {
  readonly process: Program;
  readonly #contexts: ForeignContexts;
  readonly #key: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #promptId = '';
  #live = 1;

  private constructor(process: Program, contexts: ForeignContexts, key: string) {
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
    const { process, contexts } = await startRegistry(folder, name, servers, { flags });
    const [orgId, teamId] = [randomUUID(), randomUUID()];
    const created_at = new Date().toISOString();
    await contexts.publish('organization', orgId, { name: 'Bench', created_at });
    await contexts.publish('team', teamId, { org_id: orgId, name: 'Bench', is_default: true, created_at });
    const key = await new PlayedIdentity(contexts).createKey(orgId);
    const registry = new Registry(process, contexts, key.token);
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

  #call(method: string, path: string, body?: unknown): Promise<string> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.#key}`,
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

/** Everything that a render process needs: a NATS server of its own, and a stream that holds an organization with prompts. */
import { randomUUID } from 'node:crypto';
import { connectBus } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import { ForeignContexts, type OwnNats, ownNats, PlayedIdentity } from '@px0/testing/servers';
import { Program } from './program.ts';

export const TWO_VARIABLES = 'Hello {{.name}}, welcome to {{.place}}!';

/** Publishes that may wait for their acknowledgement at once. */
const CONCURRENT_PUBLISHES = 2_000;

export class World {
  readonly nats: OwnNats;
  readonly contexts: ForeignContexts;
  readonly teamId = randomUUID();
  /** The API key that renders. */
  readonly key: string;

  private constructor(nats: OwnNats, contexts: ForeignContexts, key: string) {
    this.nats = nats;
    this.contexts = contexts;
    this.key = key;
  }

  /** Starts NATS and publishes an organization, a team, an API key, and `prompts` prompts: `greeting`, `p1`, `p2` ... */
  static async create(prompts: number): Promise<World> {
    const nats = await ownNats();
    const contexts = await ForeignContexts.connect({ servers: nats.url, streamPrefix: '' });
    await createStreams(nats.url);
    await contexts.declareEpoch();
    const identity = new PlayedIdentity(contexts);
    await identity.start();
    const orgId = randomUUID();
    const key = await identity.createKey(orgId, { operation: 'read_render' });
    const world = new World(nats, contexts, key.token);
    await world.#publishTenancy(orgId);
    await world.publishPrompts(prompts);
    await contexts.complete('identity', 'tenancy', 'registry');
    return world;
  }

  /** Starts a render process on this world; it is ready when this resolves. Returns the seconds that it took. */
  async startRender(
    environment: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
  ): Promise<{ render: Program; seconds: number }> {
    const started = performance.now();
    const settings = { NATS_URL: this.nats.url, ...environment };
    const render = await Program.start('services/render/src/main.ts', settings, flags);
    while (!(await fetch(`${render.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
    return { render, seconds: (performance.now() - started) / 1_000 };
  }

  async publishPrompts(count: number): Promise<void> {
    const pending = new Set<Promise<unknown>>();
    for (let i = 0; i < count; i += 1) {
      const publishing = this.publishPrompt(randomUUID(), i === 0 ? 'greeting' : `p${i}`, 1, TWO_VARIABLES);
      pending.add(publishing);
      void publishing.finally(() => pending.delete(publishing));
      if (pending.size >= CONCURRENT_PUBLISHES) await Promise.race(pending);
    }
    await Promise.all(pending);
  }

  /** Publishes a prompt's state with `number` as its live version. Resolves when the stream has it. */
  async publishPrompt(id: string, slug: string, number: number, template: string): Promise<void> {
    const now = new Date().toISOString();
    await this.contexts.publish('prompt', id, {
      team_id: this.teamId,
      slug,
      name: slug,
      status: 'active',
      created_at: now,
      updated_at: now,
      live: { number, template },
      tags: {},
      versions: [[number, 'live', 1]],
    });
  }

  async close(): Promise<void> {
    await this.contexts.close();
    await this.nats.close();
  }

  async #publishTenancy(orgId: string): Promise<void> {
    const created_at = new Date().toISOString();
    await this.contexts.publish('organization', orgId, { name: 'Bench', created_at });
    await this.contexts.publish('team', this.teamId, {
      org_id: orgId,
      name: 'Bench',
      is_default: true,
      created_at,
    });
  }
}

/** The streams as every service creates them. */
async function createStreams(servers: string): Promise<void> {
  const bus = await connectBus({ servers, name: 'bench', streamPrefix: '', logger: silentLogger() });
  await bus.close();
}

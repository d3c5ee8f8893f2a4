/** Everything that a render process needs: a NATS server of its own, and a stream that holds an organization with prompts. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ProgramState, StateOf } from '@px0/contracts';
import { connectBus } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import { ForeignContexts, type OwnNats, ownNats, PlayedIdentity } from '@px0/testing/servers';
import { Program, ROOT } from './program.ts';
import { TWO_VARIABLES } from './texts.ts';

const twoVariables = (): string => TWO_VARIABLES;

/** Publishes that may wait for their acknowledgement at once. */
const CONCURRENT_PUBLISHES = 500;

/** An organization with its default team, and an API key. */
export interface Tenant {
  readonly orgId: string;
  readonly teamId: string;
  readonly key: string;
}

/** What a prompt's event says of its live version, with the policy under which it is. */
type Published = ProgramState & Pick<StateOf<'prompt'>, 'contract'>;

export class World {
  readonly nats: OwnNats;
  readonly contexts: ForeignContexts;
  readonly #identity: PlayedIdentity;
  readonly #first: Tenant;

  private constructor(nats: OwnNats, contexts: ForeignContexts, identity: PlayedIdentity, first: Tenant) {
    this.nats = nats;
    this.contexts = contexts;
    this.#identity = identity;
    this.#first = first;
  }

  /** The API key of the organization that has the prompts. */
  get key(): string {
    return this.#first.key;
  }

  /** Starts NATS and publishes an organization, a team, an API key, and `prompts` prompts: `greeting`, `p1`, `p2` ... */
  static async create(prompts: number, template: (index: number) => string = twoVariables): Promise<World> {
    const nats = await ownNats();
    const contexts = await ForeignContexts.connect({ servers: nats.url, streamPrefix: '' });
    await createStreams(nats.url);
    await contexts.declareEpoch();
    const identity = new PlayedIdentity(contexts);
    await identity.start();
    const world = new World(nats, contexts, identity, await publishTenant(contexts, identity));
    await world.publishPrompts(prompts, template);
    await contexts.complete('identity', 'tenancy', 'registry');
    return world;
  }

  /** A key of that organization that has limits. */
  async narrowKey(limits: StateOf<'narrowKey'>['limits']): Promise<string> {
    const { orgId } = this.#first;
    return (await this.#identity.createNarrowKey(orgId, limits, { operation: 'read_render' })).token;
  }

  /** Another organization. */
  tenant(): Promise<Tenant> {
    return publishTenant(this.contexts, this.#identity);
  }

  /** Starts a render process on this world, from this tree or the one in `folder`; it is ready when this resolves. Returns the seconds that it took. */
  async startRender(
    environment: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
    folder = ROOT,
  ): Promise<{ render: Program; seconds: number }> {
    const started = performance.now();
    const settings = { NATS_URL: this.nats.url, ...environment };
    const render = await Program.start(join(folder, 'services/render/src/main.ts'), settings, flags);
    while (!(await fetch(`${render.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
    return { render, seconds: (performance.now() - started) / 1_000 };
  }

  async publishPrompts(count: number, template: (index: number) => string = twoVariables): Promise<void> {
    const pending = new Set<Promise<unknown>>();
    for (let i = 0; i < count; i += 1) {
      const publishing = this.publishPrompt(randomUUID(), i === 0 ? 'greeting' : `p${i}`, 1, template(i));
      pending.add(publishing);
      void publishing.finally(() => pending.delete(publishing));
      if (pending.size >= CONCURRENT_PUBLISHES) await Promise.race(pending);
    }
    await Promise.all(pending);
  }

  /** Publishes a prompt's state with `number` as its live version, a text or a program, under a contract where it has one. Resolves when the stream has it. */
  async publishPrompt(
    id: string,
    slug: string,
    number: number,
    content: string | Published,
    teamId = this.#first.teamId,
  ): Promise<void> {
    const now = new Date().toISOString();
    const { contract, ...program }: Published = typeof content === 'string' ? { template: content } : content;
    await this.contexts.publish('prompt', id, {
      team_id: teamId,
      slug,
      name: slug,
      status: 'active',
      created_at: now,
      updated_at: now,
      live: { number, ...program },
      ...(contract !== undefined && { contract }),
      tags: {},
      versions: [[number, 'live', 1]],
    });
  }

  async close(): Promise<void> {
    await this.contexts.close();
    await this.nats.close();
  }
}

/** Publishes an organization, its default team, and an API key for it. */
export async function publishTenant(
  contexts: ForeignContexts,
  identity: PlayedIdentity,
  operation: 'read_render' | 'all' = 'read_render',
): Promise<Tenant> {
  const [orgId, teamId] = [randomUUID(), randomUUID()];
  const created_at = new Date().toISOString();
  const key = await identity.createKey(orgId, { operation });
  await contexts.publish('organization', orgId, { name: 'Bench', created_at });
  await contexts.publish('team', teamId, { org_id: orgId, name: 'Bench', is_default: true, created_at });
  return { orgId, teamId, key: key.token };
}

/** The streams as every service creates them. */
async function createStreams(servers: string): Promise<void> {
  const bus = await connectBus({ servers, name: 'bench', streamPrefix: '', logger: silentLogger() });
  await bus.close();
}

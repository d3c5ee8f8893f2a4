/** Runs render inside the test process, on the test run's real NATS; the test plays the other contexts. */
import { randomUUID } from 'node:crypto';
import type { ProgramState, StateOf } from '@px0/contracts';
import { encodeToken } from '@px0/event-bus';
import { Cleanups, type Logger, loadConfig, silentLogger } from '@px0/service-kit';
import { compileProgram } from '@px0/template';
import { eventually, ForeignContexts, PlayedIdentity, type TestBus, testBus, whenReady } from '@px0/testing';
import { startRender } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';

type PromptState = StateOf<'prompt'>;

/** A program with its number, as a test writes it. */
export interface PlayedVersion extends ProgramState {
  readonly number: number;
  readonly status?: 'draft' | 'stable' | 'live' | 'archived';
  readonly bodyRevision?: number;
}

export interface PlayedPrompt {
  readonly id?: string;
  readonly teamId: string;
  readonly slug: string;
  readonly versions: readonly PlayedVersion[];
  readonly tags?: PromptState['tags'];
  readonly contract?: NonNullable<PromptState['contract']>;
  readonly status?: PromptState['status'];
  readonly createdAt?: string;
}

export class RenderFixture {
  readonly url: string;
  readonly bus: TestBus;
  readonly contexts: ForeignContexts;
  readonly identity: PlayedIdentity;
  readonly #cleanups: Cleanups;

  private constructor(
    url: string,
    bus: TestBus,
    contexts: ForeignContexts,
    identity: PlayedIdentity,
    cleanups: Cleanups,
  ) {
    this.url = url;
    this.bus = bus;
    this.contexts = contexts;
    this.identity = identity;
    this.#cleanups = cleanups;
  }

  /** Starts render on the run's NATS or a given one, and plays the other contexts until it is ready. */
  static async start(
    environment: Record<string, string> = {},
    ownBus?: TestBus,
    logger?: Logger,
  ): Promise<RenderFixture> {
    const bus = ownBus ?? (await testBus());
    const { url, cleanups } = await startProcess(bus, environment, logger);
    const contexts = await ForeignContexts.connect(bus);
    const identity = new PlayedIdentity(contexts);
    const fixture = new RenderFixture(url, bus, contexts, identity, cleanups);
    await contexts.declareEpoch();
    await identity.start();
    await contexts.complete('identity', 'tenancy', 'registry');
    await whenReady(url);
    return fixture;
  }

  async stop(): Promise<void> {
    await this.#cleanups.run();
    await this.contexts.close();
  }

  /** Another process of the same px0. */
  async another(
    environment: Record<string, string> = {},
  ): Promise<{ url: string; stop: () => Promise<void> }> {
    const { url, cleanups } = await startProcess(this.bus, environment);
    await whenReady(url);
    return { url, stop: () => cleanups.run() };
  }

  /** An organization with a default team. */
  async organization(): Promise<{ orgId: string; teamId: string }> {
    const orgId = randomUUID();
    await this.contexts.publish('organization', orgId, {
      name: 'Acme',
      created_at: new Date().toISOString(),
    });
    return { orgId, teamId: await this.team(orgId, { is_default: true }) };
  }

  async team(orgId: string, facts: Partial<StateOf<'team'>> = {}): Promise<string> {
    const teamId = randomUUID();
    const created_at = new Date().toISOString();
    await this.contexts.publish('team', teamId, {
      org_id: orgId,
      name: 'Team',
      is_default: false,
      created_at,
      ...facts,
    });
    return teamId;
  }

  async member(
    teamId: string,
    userId: string,
    role: 'admin' | 'editor' | 'viewer' = 'viewer',
  ): Promise<void> {
    const created_at = new Date().toISOString();
    await this.contexts.publish('membership', `${teamId}.${userId}`, {
      team_id: teamId,
      user_id: userId,
      role,
      created_at,
    });
  }

  /**
   * Publishes a prompt as the registry would: its bodies first, then its event with the live program, and with its schema under a contract. Returns
   * its id.
   */
  async prompt({
    id = randomUUID(),
    teamId,
    slug,
    versions,
    tags = {},
    contract,
    status = 'active',
    createdAt,
  }: PlayedPrompt): Promise<string> {
    for (const version of versions) {
      const { number, bodyRevision = 1 } = version;
      await this.contexts.publishBody(id, number, bodyRevision, programOf(version));
    }
    const live = versions.find((version) => version.status === 'live');
    const now = new Date().toISOString();
    await this.contexts.publish('prompt', id, {
      team_id: teamId,
      slug,
      name: slug,
      status,
      created_at: createdAt ?? now,
      updated_at: now,
      live: live === undefined ? null : { number: live.number, ...livePart(live, contract) },
      ...(contract !== undefined && { contract }),
      tags,
      versions: versions.map(({ number, status: state = 'draft', bodyRevision = 1 }) => [
        number,
        state,
        bodyRevision,
      ]),
    });
    return id;
  }

  /** Waits until render has applied what was published so far, however long that takes. */
  async caughtUp(token: string): Promise<void> {
    const { epoch, lastSequence } = this.contexts;
    const headers = {
      'px0-min-revision': encodeToken({ epoch, sequence: lastSequence }),
      'px0-consistency': 'require',
    };
    const isBehind = async () => (await this.plain('none/render', token, {}, headers)).status === 503;
    await eventually(async () => !(await isBehind()), { what: 'render that has caught up' });
  }

  /** Sends a render. `path` begins behind `/v1/prompts/`. */
  async render(
    path: string,
    token: string | undefined,
    body: unknown = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.post(`/v1/prompts/${path}`, token, JSON.stringify(body), headers);
  }

  /**
   * Sends it again while it is refused by a process that could not make sure within its patience, of 50 ms for a render, that it is not
   * behind: a busy machine takes longer.
   */
  async post(
    path: string,
    token: string | undefined,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return eventually(
      async () => {
        const answer = await this.#send(path, token, body, headers);
        const isUncertain = answer.status >= 400 && answer.headers.has('px0-stale');
        return isUncertain ? undefined : answer;
      },
      { what: `an answer to ${path} from a process that is not behind` },
    );
  }

  /** Sends a render once: what a client gets that asks for no more than it must. */
  plain(
    path: string,
    token: string | undefined,
    body: unknown = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#send(`/v1/prompts/${path}`, token, JSON.stringify(body), headers);
  }

  async #send(
    path: string,
    token: string | undefined,
    body: string | Buffer,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
}

async function startProcess(bus: TestBus, environment: Record<string, string>, logger = silentLogger()) {
  const cleanups = new Cleanups(logger);
  const config = loadConfig(configSchema, {
    NATS_URL: bus.servers,
    PX0_STREAM_PREFIX: bus.streamPrefix,
    ...environment,
  });
  const { url } = await startRender(config, { logger, cleanups });
  return { url, cleanups };
}

function programOf({ number: _, status: __, bodyRevision: ___, ...program }: PlayedVersion): ProgramState {
  return program;
}

/** Of a live version, what a prompt's event has. */
function livePart(version: PlayedVersion, contract: PlayedPrompt['contract']): ProgramState {
  const { schema, ...program } = programOf(version);
  if (contract === undefined) return program;
  return { ...program, schema: schema ?? compileProgram(program).inputSchema };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

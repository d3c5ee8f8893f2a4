/** Many connections of one key to the real listeners of a process, without a network: what they are written is counted, not read. */
import { EventEmitter } from 'node:events';
import { AccessProjection, hashApiKey, newApiKey } from '@px0/access';
import { type EntityName, type StateEvent, type StateOf, stateSubject } from '@px0/contracts';
import { silentLogger } from '@px0/service-kit';
import { type Admission, audienceTeams } from '../src/delivery/request/admission.ts';
import type { Sink } from '../src/delivery/stream/connection.ts';
import { Listeners } from '../src/delivery/stream/listeners.ts';
import { DeliveryView } from '../src/delivery/view/delivery-view.ts';
import { PromptDirectory } from '../src/prompts/mod.ts';

const time = '2026-01-01T00:00:00Z';
const ORG = 'org';

/** Takes everything at once. */
class CountingSink extends EventEmitter {
  destroyed = false;
  bytesWritten = 0;
  readonly writableLength = 0;
  readonly texts: string[] = [];

  write(bytes: Buffer | string, taken?: () => void): boolean {
    this.bytesWritten += bytes.length;
    this.texts.push(String(bytes));
    if (taken !== undefined) queueMicrotask(taken);
    return true;
  }

  end(): this {
    return this.destroy();
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.emit('close');
    return this;
  }
}

/** A client of the crowd. */
export interface Visitor {
  /** What it has been written since it was asked last. */
  take(): string;
  leave(): void;
}

export class Crowd {
  readonly listeners: Listeners;
  readonly view: DeliveryView;
  readonly #access = new AccessProjection();
  readonly #directory: PromptDirectory;
  readonly #authorization: string;
  #position = 0;

  constructor(teamIds: readonly string[]) {
    const here = this;
    this.#directory = new PromptDirectory((previous, entry, at) => this.view.onPrompt(previous, entry, at));
    this.view = new DeliveryView({
      directory: this.#directory,
      bodies: { peek: () => undefined },
      source: { fetch: async () => undefined },
      position: {
        epoch: '1790000000000',
        get position() {
          return here.#position;
        },
        get reported() {
          return here.#position;
        },
        connected: true,
        settledInEpoch: true,
        comparesSince: '',
        shownAt: () => this.#position,
        waitFor: async () => true,
      },
      logger: silentLogger(),
    });
    this.listeners = new Listeners({
      access: this.#access,
      view: this.view,
      uses: { note: () => undefined },
      isConnected: () => true,
      isSettledInEpoch: () => true,
      bounds: {
        streams: 100_000,
        perCaller: 100_000,
        perOrganization: 100_000,
        maxPrompts: 1_000_000,
        cacheBytes: 1_048_576,
        lifeMs: 10_000_000,
        // The test beats by itself.
        heartbeatMs: 10_000_000,
      },
      logger: silentLogger(),
    });
    const token = newApiKey();
    this.#authorization = `Bearer ${token}`;
    this.#tell('organization', ORG, { name: 'Acme', created_at: time });
    for (const id of teamIds) this.addTeam(id);
    this.#tell('apiKey', 'key', {
      key_hash: hashApiKey(token),
      org_id: ORG,
      scope: { kind: 'organization' },
      operation: 'read_render',
      name: 'a key',
      created_at: time,
      expires_at: null,
    });
  }

  /** The organization gets a team. */
  addTeam(id: string): void {
    this.#tell('team', id, { org_id: ORG, name: id, is_default: false, created_at: time });
  }

  /** A prompt is live with a text, by an event that was written at that time. */
  put(
    teamId: string,
    slug: string,
    version = 1,
    { writtenAt = time, tags = {} }: { writtenAt?: string; tags?: Readonly<Record<string, number>> } = {},
  ): void {
    this.#position += 1;
    this.#directory.apply({
      ...event('prompt', `${teamId}.${slug}`, {
        team_id: teamId,
        slug,
        name: slug,
        status: 'active',
        created_at: time,
        updated_at: time,
        live: { number: version, template: `text ${version}` },
        tags,
        versions: Array.from({ length: version }, (_, index) => [
          index + 1,
          index + 1 === version ? 'live' : 'stable',
          index + 1,
        ]),
      }),
      time: writtenAt,
    });
  }

  /** Another connection, for these prompts or for all. */
  async visit(slugs?: readonly string[]): Promise<Visitor> {
    const authentication = this.#access.authenticate(this.#authorization);
    if (authentication.outcome !== 'principal' || authentication.principal.kind !== 'api-key')
      throw new Error('the key is unknown');
    const { principal } = authentication;
    const teamIds = audienceTeams(this.#access, principal, undefined);
    await this.view.ready(teamIds);
    const admission: Admission = {
      principal,
      authorization: this.#authorization,
      wanted: { teamIds: undefined, slugs: slugs === undefined ? undefined : new Set(slugs) },
      teamIds,
      since: undefined,
      demand: { token: undefined, requires: 'nothing' },
      isStale: false,
      unmet: undefined,
    };
    const sink = new CountingSink();
    // A socket has more, of which nothing is used.
    this.listeners.open(admission, sink as unknown as Sink, { isGzip: false, isChunked: false });
    return { take: () => sink.texts.splice(0).join(''), leave: () => void sink.destroy() };
  }

  close(): void {
    this.listeners.close();
    this.view.close();
  }

  #tell<N extends EntityName>(name: N, id: string, state: StateOf<N>): void {
    this.#access.apply(event(name, id, state));
  }
}

function event<N extends EntityName>(name: N, id: string, state: StateOf<N>): StateEvent {
  const stamp = { name, id, subject: stateSubject(name, id), revision: 1, time };
  // Which name has which state is checked by this function's own signature.
  return { ...stamp, deleted: false, state } as StateEvent;
}

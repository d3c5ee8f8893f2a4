/**
 * Plays the steps of the delivery model against the real server code: directory, view, passes, transfers and rights, without a network. The client is the
 * one that applications use.
 */

import { generateKeyPairSync } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AccessProjection, signSession } from '@px0/access';
import { type EntityName, type StateEvent, type StateOf, stateSubject } from '@px0/contracts';
import { EventReader, type Frame, Replica, readFrame } from '@px0/delivery';
import {
  type Content,
  contentOf,
  type Step,
  sequenceOfRevision,
  viewAt,
  World,
  type WorldEvent,
} from '@px0/delivery/model';
import { decodeToken } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import type { Admission } from '../src/delivery/request/admission.ts';
import { audienceTeams } from '../src/delivery/request/admission.ts';
import type { Sink } from '../src/delivery/stream/connection.ts';
import { Listeners } from '../src/delivery/stream/listeners.ts';
import { DeliveryView } from '../src/delivery/view/delivery-view.ts';
import type { StreamPosition } from '../src/delivery/view/stream-position.ts';
import { PromptDirectory } from '../src/prompts/mod.ts';

const EPOCH = '1790000000000';
const time = '2026-01-01T00:00:00Z';
const ORG = 'org';
const USER = '00000000-0000-4000-8000-000000000001';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hours = 3_600;
const issuedAt = Math.floor(Date.now() / 1_000);
const token = signSession(
  { userId: USER, sessionNumber: 1, tokenId: USER, issuedAt, expiresAt: issuedAt + hours },
  { kid: 'key', privateKey },
);
const authorization = `Bearer ${token}`;

function event<N extends EntityName>(name: N, id: string, state: StateOf<N> | undefined): StateEvent {
  const stamp = { name, id, subject: stateSubject(name, id), revision: 1, time };
  // Which name has which state is checked by this function's own signature.
  return { ...stamp, deleted: state === undefined, state } as StateEvent;
}

/** What a socket is to a connection; the test decides when it takes what was written. */
class FakeSocket implements Pick<Sink, 'writableLength' | 'bytesWritten' | 'destroyed'> {
  /** Whether it takes nothing, or only what `release` lets pass. */
  isStopped = false;
  destroyed = false;
  bytesWritten = 0;
  #unsent = 0;
  #waits: (() => void)[] = [];
  #onClose: (() => void)[] = [];
  readonly #reader = new EventReader();
  #frames: Frame[] = [];

  get writableLength(): number {
    return this.#unsent;
  }

  write(bytes: Buffer | string, taken?: () => void): boolean {
    if (typeof bytes !== 'string') {
      this.bytesWritten += bytes.length;
      for (const { data } of this.#reader.read(bytes)) {
        const frame = readFrame(data);
        if (frame !== undefined) this.#frames.push(frame);
      }
      // However little it is: a piece is one prompt here.
      if (this.isStopped && bytes.length > 0) this.#unsent += 1_000_000;
    }
    if (taken !== undefined) {
      if (this.#unsent === 0) queueMicrotask(taken);
      else this.#waits.push(taken);
    }
    return !this.isStopped;
  }

  /** Everything that was written leaves. */
  release(): void {
    this.#unsent = 0;
    for (const wake of this.#waits.splice(0)) wake();
  }

  take(): readonly Frame[] {
    return this.#frames.splice(0);
  }

  once(name: string, listener: () => void): this {
    if (name === 'drain') this.#waits.push(listener);
    if (name === 'close') this.#onClose.push(listener);
    return this;
  }

  off(): this {
    return this;
  }

  end(bytes?: Buffer | string): this {
    if (bytes !== undefined) this.write(bytes);
    this.destroy();
    return this;
  }

  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.release();
    for (const listener of this.#onClose) listener();
    return this;
  }
}

/** One process, which follows the world at its own pace. */
class RealServer {
  readonly #world: World;
  readonly #access = new AccessProjection();
  readonly #directory: PromptDirectory;
  readonly #view: DeliveryView;
  readonly #listeners: Listeners;
  readonly #shownAt = new Map<string, number>();
  readonly #sockets: FakeSocket[] = [];
  #audience: ReadonlySet<string> = new Set();
  position = 0;

  constructor(world: World, position: number) {
    this.#world = world;
    const here = this;
    const stream: StreamPosition = {
      epoch: EPOCH,
      get position() {
        return here.position;
      },
      get reported() {
        return here.position;
      },
      connected: true,
      settledInEpoch: true,
      comparesSince: '',
      shownAt: (id) => this.#shownAt.get(id) ?? 0,
      waitFor: async ({ sequence }) => sequence <= this.position,
    };
    this.#directory = new PromptDirectory((previous, entry, at) => this.#view.onPrompt(previous, entry, at));
    this.#view = new DeliveryView({
      directory: this.#directory,
      bodies: { peek: () => undefined },
      source: { fetch: async () => undefined },
      position: stream,
      logger: silentLogger(),
    });
    this.#listeners = new Listeners({
      access: this.#access,
      view: this.#view,
      uses: { note: () => undefined },
      isConnected: () => true,
      isSettledInEpoch: () => true,
      bounds: {
        streams: 100,
        perCaller: 100,
        perOrganization: 100,
        maxPrompts: 100,
        cacheBytes: 1_048_576,
        lifeMs: 10_000_000,
        // The test beats by itself.
        heartbeatMs: 60_000,
      },
      pieceLength: 1,
      logger: silentLogger(),
    });
    this.#access.apply(
      event('signingKey', 'key', {
        public_jwk: { ...publicKey.export({ format: 'jwk' }) },
        activates_at: time,
        retires_at: null,
      }),
    );
    this.#access.apply(
      event('user', USER, {
        email: 'a@example.com',
        is_verified: true,
        is_admin: false,
        created_at: time,
        placement: { kind: 'default-organization' },
        sessions: { floor: 0, revoked: [] },
      }),
    );
    this.#access.apply(event('organization', ORG, { name: 'Acme', created_at: time }));
    for (const id of ['a', 'b', 'c'])
      this.#access.apply(event('team', id, { org_id: ORG, name: id, is_default: false, created_at: time }));
    // A process that starts is shown the last event of each prompt only.
    const last = viewAt(world, position);
    for (const [id, { sequence }] of last.prompts) this.#apply(world.log[sequence - 1], sequence, id);
    this.#allow(last.audience);
    this.position = position;
  }

  advance(): void {
    if (this.position === this.#world.head) return;
    const next = this.#world.log[this.position];
    this.#apply(next, this.position + 1);
    this.position += 1;
  }

  async connect(last: string | undefined, floor: string | undefined, socket: FakeSocket): Promise<boolean> {
    for (const revision of [last, floor]) {
      const asked = revision === undefined ? undefined : decodeToken(revision);
      if (asked !== undefined && !(await this.#view.comesTo(asked, 1_000))) return false;
    }
    const authentication = this.#access.authenticate(authorization);
    if (authentication.outcome !== 'principal') throw new Error('the caller is unknown');
    const { principal } = authentication;
    const wanted = { teamIds: undefined, slugs: undefined };
    const teamIds = audienceTeams(this.#access, principal, undefined);
    await this.#view.ready(teamIds);
    const admission: Admission = {
      principal,
      authorization,
      wanted,
      teamIds,
      since: last === undefined ? undefined : decodeToken(last),
      demand: { token: undefined, requires: 'nothing' },
      isStale: false,
      unmet: undefined,
    };
    this.#sockets.push(socket);
    // What is written is kept as it is, so the rest of a socket is not needed.
    this.#listeners.open(admission, socket as unknown as Sink, { isGzip: false, isChunked: false });
    return true;
  }

  async beat(): Promise<void> {
    // Each connection has its own of these moments.
    for (let moment = 0; moment < 60; moment += 1) await this.#listeners.beat();
  }

  /** Bytes that were written and not counted. */
  get uncounted(): number {
    const written = this.#sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    return written - this.#listeners.fanout.counts.sentBytes;
  }

  close(): void {
    this.#listeners.close();
    this.#view.close();
  }

  #apply(next: WorldEvent | undefined, sequence: number, id?: string): void {
    if (next?.kind === 'audience') this.#allow(new Set(next.teams));
    if (next?.kind !== 'prompt') return;
    this.#shownAt.set(next.id, sequence);
    const { fact } = next;
    this.#directory.apply(
      event(
        'prompt',
        id ?? next.id,
        fact && {
          team_id: fact.team,
          slug: next.id,
          name: next.id,
          status: 'active',
          created_at: time,
          updated_at: time,
          live: { number: fact.value, template: String(sequence) },
          tags: {},
          versions: [[fact.value, 'live', fact.value]],
        },
      ),
    );
  }

  #allow(teams: ReadonlySet<string>): void {
    for (const team of new Set([...teams, ...this.#audience])) {
      const state = { team_id: team, user_id: USER, role: 'viewer', created_at: time };
      this.#access.apply(event('membership', `${team}.${USER}`, teams.has(team) ? state : undefined));
    }
    this.#audience = teams;
  }
}

/** The promises that were broken; none if all is well. `isFaithful`: nothing happens that a client could not follow. */
export async function runReal(steps: readonly Step[], isFaithful: boolean): Promise<readonly string[]> {
  const run = new RealRun(isFaithful);
  try {
    for (const step of steps) {
      await run.play(step);
      if (run.broken.length > 0) return run.broken;
    }
    await run.calmDown();
    run.checkCounts();
    return run.broken;
  } finally {
    run.close();
  }
}

class RealRun {
  readonly broken: string[] = [];
  readonly #isFaithful: boolean;
  readonly #world = new World(['a', 'b']);
  readonly #servers: RealServer[];
  readonly #client: Replica;
  readonly #seen = new Map<string, number>();
  #socket: FakeSocket | undefined;
  #connectedTo = 0;
  #inFlight: Frame[] = [];
  /** Something was lost on the way, so the client may hold anything until it notices. */
  #isFaulty = false;

  constructor(isFaithful: boolean) {
    this.#isFaithful = isFaithful;
    this.#servers = [0, 1].map(() => new RealServer(this.#world, 1));
    this.#client = new Replica((_team, _before, after) => {
      if (after === undefined || this.#isFaulty) return;
      const now = Number(after.versions[0]?.template);
      const seen = this.#seen.get(after.id) ?? 0;
      if (now < seen) this.broken.push(`${after.id} went back from ${seen} to ${now}`);
      this.#seen.set(after.id, now);
    });
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        this.#world.write(step.event);
        break;
      case 'advance':
        for (let count = 0; count < step.by; count += 1) this.#servers[step.server]?.advance();
        break;
      case 'restart':
        if (this.#connectedTo === step.server) this.#cut();
        this.#servers[step.server]?.close();
        this.#servers[step.server] = new RealServer(this.#world, Math.max(this.#world.head - step.back, 1));
        break;
      case 'connect':
        await this.#connect(step.server);
        break;
      case 'cut':
        this.#cut();
        break;
      case 'pass':
        await settle();
        break;
      case 'heartbeat':
        await this.#servers[this.#connectedTo]?.beat();
        break;
      case 'fall behind':
        if (this.#socket !== undefined) this.#socket.isStopped = true;
        break;
      case 'catch up':
        if (this.#socket !== undefined) this.#socket.isStopped = false;
        this.#socket?.release();
        break;
      case 'pump':
        for (let count = 0; count < step.most; count += 1) {
          this.#socket?.release();
          await nextTurn();
        }
        break;
      case 'read':
        this.#read(step.most);
        break;
      case 'lose':
        if (this.#inFlight[step.at] !== undefined && this.#inFlight[step.at]?.type !== 'sync') {
          this.#inFlight.splice(step.at, 1);
          this.#isFaulty = true;
        }
        break;
      case 'corrupt':
        break;
    }
    this.#inFlight.push(...(this.#socket?.take() ?? []));
  }

  async calmDown(): Promise<void> {
    for (const server of this.#servers) for (let at = 0; at < this.#world.head; at += 1) server.advance();
    const deadline = Date.now() + 30_000;
    const truth = () => contentOf(viewAt(this.#world, this.#world.head));
    for (;;) {
      if (this.#socket === undefined || this.#socket.destroyed) await this.#connect(0);
      if (this.#socket !== undefined) this.#socket.isStopped = false;
      this.#socket?.release();
      await settle();
      await this.#servers[this.#connectedTo]?.beat();
      this.#inFlight.push(...(this.#socket?.take() ?? []));
      this.#read(Number.MAX_SAFE_INTEGER);
      const isDone = !this.#client.isInTransfer && textOf(this.#held()) === textOf(truth());
      if (isDone || this.broken.length > 0) return;
      if (Date.now() > deadline) break;
    }
    this.broken.push(`after calm it holds ${textOf(this.#held())} instead of ${textOf(truth())}`);
  }

  checkCounts(): void {
    for (const { uncounted } of this.#servers)
      if (uncounted !== 0) this.broken.push(`${uncounted} bytes were written and not counted`);
  }

  async #connect(index: number): Promise<void> {
    this.#cut();
    const socket = new FakeSocket();
    const { last, floor } = this.#client;
    if ((await this.#servers[index]?.connect(last, floor, socket)) !== true) return;
    this.#socket = socket;
    this.#connectedTo = index;
  }

  #cut(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#inFlight = [];
    this.#isFaulty = false;
  }

  #read(most: number): void {
    for (const frame of this.#inFlight.splice(0, most)) {
      const { isInTransfer } = this.#client;
      const repair = this.#client.apply(frame);
      if (repair !== undefined) {
        if (this.#isFaithful)
          this.broken.push(`a repair without a cause: ${repair} by ${JSON.stringify(frame)}`);
        this.#client.forgetLast();
        this.#cut();
        return;
      }
      const closes = frame.type === 'sync' || (frame.type === 'heartbeat' && !isInTransfer);
      if (!closes) continue;
      this.#isFaulty = false;
      this.#compare(frame.type, frame.revision);
    }
  }

  /** What is closed must be what was true then. Rights are followed at once, prompts as they are told, so only what is still readable is compared. */
  #compare(type: string, revision: string): void {
    const truth = contentOf(viewAt(this.#world, sequenceOfRevision(revision)), this.#client.teamIds);
    if (textOf(this.#held()) !== textOf(truth))
      this.broken.push(`at a ${type} it holds ${textOf(this.#held())} instead of ${textOf(truth)}`);
  }

  #held(): Content {
    return new Map(
      [...this.#client.teamIds].map((team) => [
        team,
        new Map([...this.#client.promptsOf(team)].map(([id, { etag }]) => [id, etag])),
      ]),
    );
  }
}

/** Lets everything that was begun come to its end, as far as nobody has to wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await nextTurn();
}

/** A team that is empty cannot be told from none by a digest, nor by anybody who renders. */
function textOf(content: Content): string {
  return JSON.stringify(
    [...content]
      .filter(([, prompts]) => prompts.size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([team, prompts]) => [team, [...prompts].sort()]),
  );
}

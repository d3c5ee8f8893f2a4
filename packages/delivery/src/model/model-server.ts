/** A render process as far as delivery is concerned, in its plainest form: what it may know, forget and send. */
import { Digest } from '../digest.ts';
import type { Frame } from '../frames/frame.ts';
import type { Server, ServerConnection } from './server.ts';
import {
  applyTo,
  contentOf,
  deliveredOf,
  revisionAt,
  sequenceOfRevision,
  type View,
  viewAt,
  type World,
} from './world.ts';

interface Departure {
  readonly team: string;
  readonly id: string;
  readonly sequence: number;
}

export class ModelServer implements Server {
  readonly #world: World;
  readonly #mostDepartures: number;
  #view: View;
  #position: number;
  /** Prompts that have left a team while this process looked on. */
  #departures: Departure[] = [];
  /** When each team last changed, as far as this process knows. */
  #changed = new Map<string, number>();
  #connections = new Set<ModelConnection>();

  /** Starts at a position of the log, and knows nothing of how it came about. */
  constructor(world: World, position: number, mostDepartures: number) {
    this.#world = world;
    this.#mostDepartures = mostDepartures;
    this.#position = position;
    this.#view = viewAt(world, position);
    for (const { fact, sequence } of this.#view.prompts.values()) this.#note(fact.team, sequence);
  }

  get position(): number {
    return this.#position;
  }

  get view(): View {
    return this.#view;
  }

  get departures(): readonly Departure[] {
    return this.#departures;
  }

  changedAt(team: string): number {
    return this.#changed.get(team) ?? 0;
  }

  advance(): void {
    if (this.#position === this.#world.head) return;
    const event = this.#world.log[this.#position];
    this.#position += 1;
    const before = event?.kind === 'prompt' ? this.#view.prompts.get(event.id)?.fact.team : undefined;
    applyTo(this.#view, event, this.#position);
    if (event?.kind === 'prompt') {
      const { id, fact } = event;
      if (before !== undefined && before !== fact?.team) {
        this.#departures.push({ team: before, id, sequence: this.#position });
        if (this.#departures.length > this.#mostDepartures) this.#departures.shift();
      }
      for (const team of new Set([before, fact?.team]))
        if (team !== undefined) this.#note(team, this.#position);
    }
    for (const connection of this.#connections) {
      if (event?.kind === 'prompt') connection.changed(event.id, before, event.fact?.team);
      else connection.judged();
    }
  }

  connect(last: string | undefined, floor: string | undefined): ServerConnection | undefined {
    const least = Math.max(
      last === undefined ? 0 : sequenceOfRevision(last),
      floor === undefined ? 0 : sequenceOfRevision(floor),
    );
    if (least > this.#position) return undefined;
    const connection = new ModelConnection(this, last === undefined ? undefined : sequenceOfRevision(last));
    this.#connections.add(connection);
    return connection;
  }

  #note(team: string, sequence: number): void {
    this.#changed.set(team, Math.max(this.changedAt(team), sequence));
  }
}

/** A piece of a transfer that has not been sent. */
type Pending =
  | { readonly team: string; readonly base: number | undefined }
  | { readonly team: string; readonly id: string };

class ModelConnection implements ServerConnection {
  readonly #server: ModelServer;
  #frames: Frame[] = [];
  /** What this connection has been told of: teams, and when each was marked last. */
  #audience: Set<string>;
  readonly #marked = new Map<string, number>();
  /** Prompts that changed since the last pass, with the teams concerned. */
  #batch: { readonly id: string; readonly team: string }[] = [];
  #transfer: Pending[] | undefined;
  /** Teams whose transfer has begun and is not closed. */
  readonly #begun = new Set<string>();
  /** While the client does not read: the position up to which it has been told all. */
  #behindSince: number | undefined;
  #toldAt: number;

  constructor(server: ModelServer, since: number | undefined) {
    this.#server = server;
    this.#audience = new Set(server.view.audience);
    this.#toldAt = server.position;
    this.#frames.push({
      type: 'hello',
      protocol: 1,
      resumed: since !== undefined,
      stale: false,
      heartbeat_ms: 15_000,
      retry_ms: [0, 2_000],
    });
    this.#startTransfer([...this.#audience], since);
  }

  changed(id: string, from: string | undefined, to: string | undefined): void {
    if (this.#behindSince !== undefined) return;
    // The team that a prompt moves to is told first, so that the prompt never disappears.
    if (to !== undefined) this.#batch.push({ id, team: to });
    if (from !== undefined && from !== to) this.#batch.push({ id, team: from });
  }

  judged(): void {
    if (this.#behindSince !== undefined) return;
    this.pass();
    const { audience } = this.#server.view;
    for (const team of this.#audience) {
      if (audience.has(team)) continue;
      this.#audience.delete(team);
      this.#begun.delete(team);
      this.#transfer = this.#transfer?.filter((pending) => pending.team !== team);
      this.#frames.push({ type: 'drop', team_id: team });
    }
    const gained = [...audience].filter((team) => !this.#audience.has(team));
    for (const team of gained) this.#audience.add(team);
    if (gained.length === 0) return;
    this.#startTransfer(gained, undefined);
    this.#pumpOne();
  }

  /** Sends what has changed, closed by a mark. */
  pass(): void {
    if (this.#behindSince !== undefined) return;
    const batch = this.#batch;
    this.#batch = [];
    const teams = new Set<string>();
    for (const { id, team } of batch) {
      // What has not begun will be read as it is then.
      const isToCome = this.#transfer?.some((pending) => pending.team === team && 'base' in pending);
      if (!this.#audience.has(team) || isToCome) continue;
      teams.add(team);
      this.#frames.push(this.#frameOf(id, team));
    }
    this.#toldAt = this.#server.position;
    if (teams.size === 0) return;
    const revision = revisionAt(this.#server.position);
    this.#frames.push({
      type: 'mark',
      revision,
      teams: [...teams].map((team) => {
        const prev = this.#marked.get(team) ?? 0;
        const now = this.#server.changedAt(team);
        if (!this.#begun.has(team)) this.#marked.set(team, now);
        return {
          team_id: team,
          prev: revisionAt(prev),
          revision: revisionAt(now),
          ...this.#digestOf([team]),
        };
      }),
    });
  }

  heartbeat(): void {
    if (this.#transfer !== undefined || this.#behindSince !== undefined) return;
    this.pass();
    const revision = revisionAt(this.#server.position);
    this.#frames.push({ type: 'heartbeat', revision, stale: false, ...this.#digestOf(this.#audience) });
  }

  fallBehind(): void {
    if (this.#transfer !== undefined || this.#behindSince !== undefined) return;
    this.pass();
    this.#behindSince = this.#toldAt;
  }

  catchUp(): void {
    if (this.#behindSince === undefined) return;
    const since = this.#behindSince;
    this.#behindSince = undefined;
    const { audience } = this.#server.view;
    const gained = [...audience].filter((team) => !this.#audience.has(team));
    const kept = [...audience].filter((team) => this.#audience.has(team));
    this.#audience = new Set(audience);
    this.#startTransfer(kept, since);
    this.#startTransfer(gained, undefined);
    this.#pumpOne();
  }

  /** Sends a part of a transfer: `most` prompts or beginnings. */
  pump(most: number): void {
    this.pass();
    for (let sent = 0; sent < most && this.#transfer !== undefined; sent += 1) this.#pumpOne();
  }

  take(): readonly Frame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  /**
   * Once a connection is owed a transfer, its client must know before the next mark, which would let it resume behind what it is owed. Hello says so; any
   * later transfer begins at once.
   */
  #startTransfer(teams: readonly string[], since: number | undefined): void {
    this.#transfer ??= [];
    for (const team of teams) {
      if (since === undefined || this.#server.changedAt(team) > since)
        this.#transfer.push({ team, base: since });
      else if (!this.#marked.has(team)) this.#marked.set(team, this.#server.changedAt(team));
    }
  }

  #pumpOne(): void {
    const next = this.#transfer?.shift();
    if (next === undefined) this.#sync();
    else if ('id' in next) {
      const fact = this.#server.view.prompts.get(next.id)?.fact;
      if (fact?.team === next.team) this.#frames.push(this.#frameOf(next.id, next.team));
    } else this.#begin(next.team, next.base);
  }

  #begin(team: string, base: number | undefined): void {
    this.#begun.add(team);
    this.#frames.push({ type: 'begin', team_id: team, base: base === undefined ? null : revisionAt(base) });
    for (const departure of this.#server.departures) {
      const { id, sequence } = departure;
      const isBack = this.#server.view.prompts.get(id)?.fact.team === team;
      if (departure.team === team && base !== undefined && sequence > base && !isBack) {
        this.#frames.push({ type: 'delete', team_id: team, revision: revisionAt(sequence), prompt_id: id });
      }
    }
    const ids = [...this.#server.view.prompts]
      .filter(([, { fact, sequence }]) => fact.team === team && sequence > (base ?? 0))
      .map(([id]) => ({ team, id }));
    this.#transfer?.unshift(...ids);
  }

  #sync(): void {
    this.#transfer = undefined;
    this.#begun.clear();
    this.#toldAt = this.#server.position;
    const teams = [...this.#audience].map((team) => {
      const now = this.#server.changedAt(team);
      this.#marked.set(team, now);
      return { team_id: team, revision: revisionAt(now) };
    });
    const revision = revisionAt(this.#server.position);
    this.#frames.push({
      type: 'sync',
      revision,
      ...this.#digestOf(this.#audience),
      key_expires_at: null,
      teams,
    });
  }

  #frameOf(id: string, team: string): Frame {
    const { view, position } = this.#server;
    const found = view.prompts.get(id);
    if (found?.fact.team !== team)
      return { type: 'delete', team_id: team, revision: revisionAt(position), prompt_id: id };
    const { fact, sequence } = found;
    return {
      type: 'put',
      team_id: team,
      revision: revisionAt(sequence),
      prompt: deliveredOf(id, fact, sequence),
    };
  }

  #digestOf(teams: Iterable<string>): { readonly digest: string; readonly count: number } {
    const digest = new Digest();
    for (const prompts of contentOf(this.#server.view, teams).values()) {
      for (const etag of prompts.values()) digest.add(etag);
    }
    return { digest: digest.text, count: digest.count };
  }
}

/**
 * Plays one client against servers that lag, restart and forget, over a link that cuts, loses and corrupts, and says which promise of the client's rules
 * was broken. Nothing here is random: a property test makes up the steps.
 */
import { type RepairReason, Replica } from '../client/replica.ts';
import type { Frame, MarkFrame } from '../frames/frame.ts';
import type { Server, ServerConnection } from './server.ts';
import {
  type Content,
  contentOf,
  sequenceOf,
  sequenceOfRevision,
  viewAt,
  World,
  type WorldEvent,
} from './world.ts';

export type Step =
  | { readonly do: 'write'; readonly event: WorldEvent }
  | { readonly do: 'advance'; readonly server: number; readonly by: number }
  /** `back`: how far behind the log it is when it answers again. */
  | { readonly do: 'restart'; readonly server: number; readonly back: number }
  | { readonly do: 'connect'; readonly server: number }
  | { readonly do: 'cut' | 'pass' | 'heartbeat' | 'fall behind' | 'catch up' }
  | { readonly do: 'pump' | 'read'; readonly most: number }
  /** The link loses a frame on its way, or the server sends a digest that is not right. */
  | { readonly do: 'lose' | 'corrupt'; readonly at: number };

export interface ModelOptions {
  readonly audience: readonly string[];
  /** How many there are. They start at the beginning. */
  readonly servers: number;
  readonly start: (world: World, position: number) => Server;
  /** Nothing happens that a client could not follow: it must never ask for everything anew. */
  readonly isFaithful: boolean;
  /** The rules under test. */
  readonly Client?: typeof Replica;
}

const WRONG_DIGEST = 'ffffffffffffffff';
const MOST_ROUNDS_OF_CALM = 8;

/** The promises that were broken; none if all is well. */
export function runModel(steps: readonly Step[], options: ModelOptions): readonly string[] {
  const run = new Run(options);
  for (const step of steps) {
    run.play(step);
    if (run.broken.length > 0) return run.broken;
  }
  run.calmDown();
  return run.broken;
}

interface InFlight {
  readonly frame: Frame;
  readonly fate: 'arrives' | 'corrupt' | 'lost';
}

class Run {
  readonly broken: string[] = [];
  readonly #options: ModelOptions;
  readonly #world: World;
  readonly #servers: Server[];
  readonly #client: Replica;
  #connection: ServerConnection | undefined;
  #connectedTo: number | undefined;
  #inFlight: InFlight[] = [];
  /** The latest state seen of each prompt. */
  readonly #seen = new Map<string, number>();
  /** Teams whose latest mark the link has lost. */
  readonly #lostMarks = new Set<string>();
  readonly #begun = new Set<string>();
  /** A prompt whose `delete` was lost is in two teams of one transfer, and which of them is later cannot be told. */
  #hasLostDelete = false;
  #repairs = 0;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#world = new World(options.audience);
    this.#servers = Array.from({ length: options.servers }, () =>
      options.start(this.#world, this.#world.head),
    );
    const Client = options.Client ?? Replica;
    this.#client = new Client((_team, _before, after) => {
      if (after === undefined) return;
      const seen = this.#seen.get(after.id) ?? 0;
      const now = sequenceOf(after);
      if (now < seen && !this.#hasLostDelete)
        this.broken.push(`${after.id} went back from ${seen} to ${now}`);
      this.#seen.set(after.id, now);
    });
  }

  play(step: Step): void {
    switch (step.do) {
      case 'write':
        this.#world.write(step.event);
        break;
      case 'advance':
        for (let count = 0; count < step.by; count += 1) this.#servers[step.server]?.advance();
        break;
      case 'restart':
        if (this.#connectedTo === step.server) this.#cut();
        this.#servers[step.server] = this.#options.start(
          this.#world,
          Math.max(this.#world.head - step.back, 1),
        );
        break;
      case 'connect':
        this.#connect(step.server);
        break;
      case 'cut':
        this.#cut();
        break;
      case 'pass':
        this.#connection?.pass();
        break;
      case 'heartbeat':
        this.#connection?.heartbeat();
        break;
      case 'fall behind':
        this.#connection?.fallBehind();
        break;
      case 'catch up':
        this.#connection?.catchUp();
        break;
      case 'pump':
        this.#connection?.pump(step.most);
        break;
      case 'read':
        this.#read(step.most);
        break;
      case 'lose':
        this.#lose(step.at);
        break;
      case 'corrupt':
        this.#corrupt(step.at);
        break;
    }
    this.#send();
  }

  /** The world stands still and the link is good: the client must come to hold exactly what it may. */
  calmDown(): void {
    const repairs = this.#repairs;
    for (const server of this.#servers) for (let at = 0; at < this.#world.head; at += 1) server.advance();
    for (let round = 0; round < MOST_ROUNDS_OF_CALM; round += 1) {
      if (this.#connection === undefined) this.#connect(0);
      this.#connection?.catchUp();
      this.#connection?.pump(Number.MAX_SAFE_INTEGER);
      this.#connection?.heartbeat();
      this.#send();
      this.#read(Number.MAX_SAFE_INTEGER);
    }
    if (this.#connection === undefined) this.broken.push('has no connection after calm');
    this.#compare('after calm', contentOf(viewAt(this.#world, this.#world.head)));
    if (this.#repairs - repairs > 2) this.broken.push(`repaired ${this.#repairs - repairs} times in calm`);
  }

  #connect(index: number): void {
    this.#cut();
    this.#connection = this.#servers[index]?.connect(this.#client.last, this.#client.floor);
    if (this.#connection !== undefined) this.#connectedTo = index;
  }

  #cut(): void {
    this.#connection = undefined;
    this.#connectedTo = undefined;
    this.#inFlight = [];
    this.#lostMarks.clear();
    this.#hasLostDelete = false;
  }

  #send(): void {
    const frames = this.#connection?.take() ?? [];
    this.#inFlight.push(...frames.map((frame) => ({ frame, fate: 'arrives' as const })));
  }

  #read(most: number): void {
    for (const { frame, fate } of this.#inFlight.splice(0, most)) {
      if (fate === 'lost') {
        this.#noteLoss(frame);
        continue;
      }
      const repair = this.#apply(frame, fate === 'corrupt');
      if (repair === undefined) continue;
      this.#repairs += 1;
      if (this.#options.isFaithful) this.broken.push(`a repair without a cause: ${repair}`);
      this.#client.forgetLast();
      this.#cut();
      return;
    }
  }

  #apply(frame: Frame, isCorrupt: boolean): RepairReason | undefined {
    const { isInTransfer } = this.#client;
    const mustRepair = this.#mustRepair(frame, isCorrupt);
    const repair = this.#client.apply(frame);
    if (mustRepair !== undefined && repair === undefined) this.broken.push(mustRepair);
    if (frame.type === 'hello') this.#begun.clear();
    if (frame.type === 'begin') this.#begun.add(frame.team_id);
    if (frame.type === 'drop') {
      this.#begun.delete(frame.team_id);
      this.#lostMarks.delete(frame.team_id);
    }
    if (frame.type === 'sync') {
      this.#begun.clear();
      this.#lostMarks.clear();
    }
    if (repair === undefined) this.#judge(frame, isInTransfer);
    return repair;
  }

  /** Why a frame must not be accepted. */
  #mustRepair(frame: Frame, isCorrupt: boolean): string | undefined {
    const isHeld = (team: string) => [...this.#client.teamIds].includes(team);
    if (frame.type === 'put' && !isHeld(frame.team_id) && !this.#begun.has(frame.team_id)) {
      return `took a prompt of ${frame.team_id}, which it does not know`;
    }
    if (
      frame.type === 'mark' &&
      frame.teams.some(({ team_id }) => this.#lostMarks.has(team_id) && !this.#begun.has(team_id))
    ) {
      return 'did not notice a lost mark';
    }
    const isSkipped = frame.type === 'heartbeat' ? this.#client.isInTransfer : this.#skips(frame);
    if (isCorrupt && !isSkipped) return `took a ${frame.type} with a wrong digest`;
    return undefined;
  }

  #skips(frame: Frame): boolean {
    return frame.type === 'mark' && frame.teams.every(({ team_id }) => this.#begun.has(team_id));
  }

  /** A frame that closes something was accepted, so what it closes must be as it was then. */
  #judge(frame: Frame, wasInTransfer: boolean): void {
    if (frame.type === 'mark') this.#judgeMark(frame);
    if (frame.type === 'drop' && [...this.#client.teamIds].includes(frame.team_id)) {
      this.broken.push(`holds ${frame.team_id}, which was dropped`);
    }
    if (frame.type === 'sync')
      this.#compare('at a sync', this.#truthAt(frame.revision), (content) => content);
    if (frame.type === 'heartbeat' && !wasInTransfer)
      this.#compare('at a heartbeat', this.#truthAt(frame.revision));
  }

  #truthAt(revision: string): Content {
    return contentOf(viewAt(this.#world, sequenceOfRevision(revision)));
  }

  #judgeMark({ teams, revision }: MarkFrame): void {
    const listed = teams.map(({ team_id }) => team_id).filter((team) => !this.#begun.has(team));
    const truth = contentOf(viewAt(this.#world, sequenceOfRevision(revision)), listed);
    for (const team of listed) {
      const held = textOf(new Map([[team, this.#held(team)]]));
      const expected = textOf(new Map([[team, truth.get(team) ?? new Map()]]));
      if (held !== expected) this.broken.push(`accepted a mark with ${held} instead of ${expected}`);
    }
  }

  #compare(when: string, truth: Content, seen: (content: Content) => Content = withoutEmpty): void {
    const content = new Map([...this.#client.teamIds].map((team) => [team, this.#held(team)]));
    const held = textOf(seen(content));
    const expected = textOf(seen(truth));
    if (held !== expected) this.broken.push(`${when} it holds ${held} instead of ${expected}`);
  }

  #held(team: string): ReadonlyMap<string, string> {
    return new Map([...this.#client.promptsOf(team)].map(([id, { etag }]) => [id, etag]));
  }

  #lose(at: number): void {
    const found = this.#inFlight[at];
    // A connection that is in order loses nothing; nobody can tell that a transfer that does not end has ended.
    if (found !== undefined && found.frame.type !== 'sync') this.#inFlight[at] = { ...found, fate: 'lost' };
  }

  #noteLoss(frame: Frame): void {
    if (frame.type === 'delete') this.#hasLostDelete = true;
    if (frame.type !== 'mark') return;
    for (const { team_id } of frame.teams) if (!this.#begun.has(team_id)) this.#lostMarks.add(team_id);
  }

  #corrupt(at: number): void {
    const found = this.#inFlight[at];
    if (found === undefined) return;
    const { frame } = found;
    if (frame.type === 'sync' || frame.type === 'heartbeat') {
      this.#inFlight[at] = { frame: { ...frame, digest: WRONG_DIGEST }, fate: 'corrupt' };
    }
    if (frame.type === 'mark') {
      const teams = frame.teams.map((team) => ({ ...team, digest: WRONG_DIGEST }));
      this.#inFlight[at] = { frame: { ...frame, teams }, fate: 'corrupt' };
    }
  }
}

function textOf(content: Content): string {
  return JSON.stringify(
    [...content].sort(([a], [b]) => (a < b ? -1 : 1)).map(([team, prompts]) => [team, [...prompts].sort()]),
  );
}

/** A team that is empty cannot be told from none by a digest, nor by anybody who renders. */
function withoutEmpty(content: Content): Content {
  return new Map([...content].filter(([, prompts]) => prompts.size > 0));
}

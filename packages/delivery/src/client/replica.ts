/**
 * What one connection has made of the frames that it was sent: teams, their prompts and revisions. It decides what a client may believe: whatever
 * does not add up is a repair, a new connection that asks for everything.
 */
import { Digest } from '../digest.ts';
import type { BeginFrame, DeliveredPrompt, Frame, MarkFrame, PutFrame, SyncFrame } from '../frames/frame.ts';
import { HighestRevision, laterOf } from '../revision.ts';

/** Is told of each prompt that appears in a team (`before` undefined), changes, or leaves it (`after` undefined), once that has taken effect. */
export type EditListener = (
  teamId: string,
  before: DeliveredPrompt | undefined,
  after: DeliveredPrompt | undefined,
) => void;

/** Why everything has to be asked for anew. */
export type RepairReason = 'unknown team' | 'missing team' | 'missing change' | 'digest differs';

interface Team {
  /** Undefined until a `sync` has said it. */
  revision: string | undefined;
  prompts: Map<string, DeliveredPrompt>;
  digest: Digest;
}

/** Of a team in a transfer: its new state (all of it), or undefined where changes are applied at once. */
type Staging = Team | undefined;

export class Replica {
  readonly #onEdit: EditListener;
  #teams = new Map<string, Team>();
  /** The team that each prompt is in. */
  #homes = new Map<string, string>();
  /** Teams that have begun; undefined outside of a transfer. */
  #transfer: Map<string, Staging> | undefined;
  #last: string | undefined;
  readonly #floor = new HighestRevision();
  #isSynced = false;

  constructor(onEdit: EditListener = () => {}) {
    this.#onEdit = onEdit;
  }

  /** The revision to resume from: all that was shown up to it is here. */
  get last(): string | undefined {
    return this.#last;
  }

  /** The latest revision that anything here is from. What is older must not come after it. */
  get floor(): string | undefined {
    return this.#floor.text;
  }

  /** Whether a `sync` was applied, so that what is not here does not exist. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  get isInTransfer(): boolean {
    return this.#transfer !== undefined;
  }

  get teamIds(): IteratorObject<string, undefined> {
    return this.#teams.keys();
  }

  /** How many prompts are here. */
  get size(): number {
    return this.#homes.size;
  }

  /** Whether the prompt is in any team that is here. */
  has(promptId: string): boolean {
    return this.#homes.has(promptId);
  }

  revisionOf(teamId: string): string | undefined {
    return this.#teams.get(teamId)?.revision;
  }

  promptsOf(teamId: string): ReadonlyMap<string, DeliveredPrompt> {
    return this.#teams.get(teamId)?.prompts ?? new Map();
  }

  /** Of everything that is here. */
  digest(): Digest {
    const all = new Digest();
    for (const { digest } of this.#teams.values()) all.addAll(digest);
    return all;
  }

  /** Applies a frame. What it returns asks for a repair. */
  apply(frame: Frame): RepairReason | undefined {
    switch (frame.type) {
      case 'hello':
        this.#transfer = new Map();
        return undefined;
      case 'begin':
        return this.#begin(frame);
      case 'put':
        this.#see(frame.revision);
        return this.#put(frame);
      case 'delete': {
        this.#see(frame.revision);
        const staged = this.#transfer?.get(frame.team_id);
        if (staged !== undefined) take(staged, frame.prompt_id);
        else if (this.#homes.get(frame.prompt_id) === frame.team_id)
          this.#remove(frame.team_id, frame.prompt_id);
        return undefined;
      }
      case 'drop':
        this.#transfer?.delete(frame.team_id);
        this.#drop(frame.team_id);
        return undefined;
      case 'mark':
        this.#see(frame.revision);
        return this.#mark(frame);
      case 'sync':
        this.#see(frame.revision);
        return this.#sync(frame);
      case 'heartbeat':
        this.#see(frame.revision);
        if (this.#transfer !== undefined) return undefined;
        if (!this.digest().agrees(frame)) return 'digest differs';
        this.#last = frame.revision;
        return undefined;
      default:
        return undefined;
    }
  }

  /** px0 has said that what is here is all there is at a revision. */
  confirm(revision: string): void {
    this.#see(revision);
    this.#last = laterOf(this.#last, revision);
  }

  /** A transfer that was broken off is forgotten; what it has changed at once stays. */
  forgetTransfer(): void {
    this.#transfer = undefined;
  }

  /** From now on everything is asked for. */
  forgetLast(): void {
    this.#last = undefined;
  }

  /** Another installation answers: no revision of the old one means anything there. */
  forgetRevisions(): void {
    this.#last = undefined;
    this.#floor.forget();
  }

  /** Nothing of what is here may be used any more. */
  clear(): void {
    this.#transfer = undefined;
    this.#last = undefined;
    this.#isSynced = false;
    for (const teamId of [...this.#teams.keys()]) this.#drop(teamId);
  }

  /** The same state for another connection, which does not change this one. */
  fork(): Replica {
    const fork = new Replica();
    for (const [id, { revision, prompts, digest }] of this.#teams) {
      const copy = new Digest();
      copy.addAll(digest);
      fork.#teams.set(id, { revision, prompts: new Map(prompts), digest: copy });
    }
    for (const [id, home] of this.#homes) fork.#homes.set(id, home);
    fork.#last = this.#last;
    if (this.floor !== undefined) fork.#see(this.floor);
    fork.#isSynced = this.#isSynced;
    return fork;
  }

  /** Takes over all of another replica, which must not be used after that. */
  adopt(other: Replica): void {
    if (this.#teams.size === 0) this.#become(other);
    else {
      this.#replace(other.#teams);
      for (const teamId of [...this.#teams.keys()]) if (!other.#teams.has(teamId)) this.#drop(teamId);
    }
    this.#transfer = other.#transfer;
    this.#last = other.#last;
    if (other.floor !== undefined) this.#see(other.floor);
    this.#isSynced = other.#isSynced;
  }

  /** Lays one team of another replica, such as that of a bundle, over this one. */
  adoptTeam(teamId: string, other: Replica): void {
    const team = other.#teams.get(teamId);
    if (team !== undefined) this.#replace([[teamId, team]]);
  }

  /** What is empty has nothing that must be compared. */
  #become(other: Replica): void {
    this.#teams = other.#teams;
    this.#homes = other.#homes;
    for (const [teamId, { prompts }] of this.#teams) {
      for (const prompt of prompts.values()) this.#onEdit(teamId, undefined, prompt);
    }
  }

  #see(revision: string): void {
    this.#floor.see(revision);
  }

  #begin({ team_id, base }: BeginFrame): undefined {
    this.#transfer ??= new Map();
    this.#transfer.set(team_id, base === null ? emptyTeam() : undefined);
    if (base !== null && !this.#teams.has(team_id)) this.#teams.set(team_id, emptyTeam());
  }

  #put({ team_id, prompt }: PutFrame): RepairReason | undefined {
    const staged = this.#transfer?.get(team_id);
    if (staged !== undefined) put(staged, prompt);
    else if (this.#teams.has(team_id)) this.#set(team_id, prompt);
    else return 'unknown team';
    return undefined;
  }

  #mark({ revision, teams }: MarkFrame): RepairReason | undefined {
    for (const marked of teams) {
      if (this.#transfer?.has(marked.team_id)) continue;
      const team = this.#teams.get(marked.team_id);
      if (team?.revision !== marked.prev) return 'missing change';
      team.revision = marked.revision;
      if (!team.digest.agrees(marked)) return 'digest differs';
    }
    if (this.#transfer === undefined) this.#last = revision;
    return undefined;
  }

  #sync(frame: SyncFrame): RepairReason | undefined {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    this.#replace(
      [...(transfer ?? [])].flatMap(([id, staged]) => (staged === undefined ? [] : [[id, staged]])),
    );
    const listed = new Set(frame.teams.map(({ team_id }) => team_id));
    for (const teamId of [...this.#teams.keys()]) if (!listed.has(teamId)) this.#drop(teamId);
    for (const { team_id, revision } of frame.teams) {
      const team = this.#teams.get(team_id);
      if (team === undefined) return 'missing team';
      team.revision = revision;
    }
    if (!this.digest().agrees(frame)) return 'digest differs';
    this.#last = frame.revision;
    this.#isSynced = true;
    return undefined;
  }

  #set(teamId: string, prompt: DeliveredPrompt): void {
    const team = this.#teams.get(teamId);
    const before = team?.prompts.get(prompt.id);
    // What is compiled belongs to the object: one that says the same stays.
    if (team === undefined || before?.etag === prompt.etag) return;
    put(team, prompt);
    this.#arrive(teamId, before, prompt);
  }

  /** A prompt is in one team only, so it leaves the one that it was in. */
  #arrive(teamId: string, before: DeliveredPrompt | undefined, prompt: DeliveredPrompt): void {
    const home = this.#homes.get(prompt.id);
    this.#homes.set(prompt.id, teamId);
    this.#onEdit(teamId, before, prompt);
    if (home !== undefined && home !== teamId) this.#leave(home, prompt.id);
  }

  #remove(teamId: string, promptId: string): void {
    this.#homes.delete(promptId);
    this.#leave(teamId, promptId);
  }

  #leave(teamId: string, promptId: string): void {
    const team = this.#teams.get(teamId);
    const before = team && take(team, promptId);
    if (before !== undefined) this.#onEdit(teamId, before, undefined);
  }

  #drop(teamId: string): void {
    for (const promptId of [...this.promptsOf(teamId).keys()]) this.#remove(teamId, promptId);
    this.#teams.delete(teamId);
  }

  /** What comes is there before anything leaves: a prompt that has moved is nowhere missing in between. */
  #replace(teams: Iterable<readonly [string, Team]>): void {
    const replaced = [...teams].map(([id, team]) => [id, team, this.#enter(id, team)] as const);
    for (const [teamId, team, old] of replaced) {
      for (const prompt of old.values()) {
        if (team.prompts.has(prompt.id)) continue;
        if (this.#homes.get(prompt.id) === teamId) this.#homes.delete(prompt.id);
        this.#onEdit(teamId, prompt, undefined);
      }
    }
  }

  /** Puts a team in the place of the old one, whose prompts are returned. */
  #enter(teamId: string, team: Team): ReadonlyMap<string, DeliveredPrompt> {
    const old = this.#teams.get(teamId)?.prompts ?? new Map<string, DeliveredPrompt>();
    this.#teams.set(teamId, team);
    for (const prompt of team.prompts.values()) {
      const before = old.get(prompt.id);
      if (before?.etag === prompt.etag) team.prompts.set(prompt.id, before);
      else this.#arrive(teamId, before, prompt);
    }
    return old;
  }
}

function emptyTeam(): Team {
  return { revision: undefined, prompts: new Map(), digest: new Digest() };
}

function put(team: Team, prompt: DeliveredPrompt): void {
  const before = team.prompts.get(prompt.id);
  if (before !== undefined) team.digest.remove(before.etag);
  team.prompts.set(prompt.id, prompt);
  team.digest.add(prompt.etag);
}

function take(team: Team, promptId: string): DeliveredPrompt | undefined {
  const prompt = team.prompts.get(promptId);
  if (prompt === undefined) return undefined;
  team.prompts.delete(promptId);
  team.digest.remove(prompt.etag);
  return prompt;
}

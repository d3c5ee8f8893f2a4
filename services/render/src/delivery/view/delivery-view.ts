/**
 * What is delivered of the teams that somebody listens to, kept from the directory of prompts. Changes are gathered, and taken over in passes: between
 * two passes every listener has been told the same state.
 * See docs/decisions/173-what-is-delivered.md.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareTokens, type RevisionToken } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { BodySource, VersionBodies } from '../../bodies/mod.ts';
import type { PromptDirectory, PromptEntry, PromptListener, VersionRow } from '../../prompts/mod.ts';
import type { Batch, TeamBatch, TeamChange } from './batch.ts';
import { ContentFetches } from './content-fetches.ts';
import {
  DeliveredEntry,
  deliveredRows,
  infersSchemas,
  type TaggedContent,
  withSchema,
} from './delivered-entry.ts';
import type { DeliveredTeam } from './delivered-team.ts';
import { type Departure, Departures } from './departures.ts';
import { revisionAt, type StreamPosition } from './stream-position.ts';
import { TeamBuilds } from './team-builds.ts';

export interface DeliveryViewOptions {
  readonly directory: PromptDirectory;
  readonly bodies: Pick<VersionBodies, 'peek'>;
  readonly source: BodySource;
  readonly position: StreamPosition;
  readonly logger: Logger;
}

/** A prompt of which something may be delivered anew. */
interface Change {
  /** The team that holds the prompt as it was delivered last. */
  readonly held: string | undefined;
  /** Teams that it has left, though some of them may never have been shown it here: other processes' clients come, too. */
  readonly left: Set<string>;
  /** Nothing at or above this sequence may be said to be shown before the change is. */
  first: number;
  latest: number;
  /** When it was written, in milliseconds since 1970. */
  readonly since: number;
  /** Then it goes out without the contents that are not there. */
  readonly deadline: number;
}

/** Takes down what a change makes of a team that is shown. */
type Note = (team: DeliveredTeam, teamChange: TeamChange, change: Change) => void;

/** How long a change waits for contents. */
const CONTENT_PATIENCE_MS = 1_000;
/** How often it is looked whether one has waited that long. */
const WAIT_CHECK_MS = 100;
/** Changes of one pass: taking them over is one step, which costs about 15 µs for each. */
const MOST_AT_ONCE = 500;
/** How long a team stays after it was last asked for. */
const KEEP_MS = 5 * 60_000;
const SWEEP_MS = 30_000;

export class DeliveryView {
  readonly departures = new Departures();
  readonly #options: DeliveryViewOptions;
  readonly #contents: ContentFetches;
  readonly #teams = new Map<string, DeliveredTeam>();
  readonly #builds: TeamBuilds;
  readonly #lastUsed = new Map<string, number>();
  #dirty = new Map<string, Change>();
  /** Changes whose contents are being read. */
  readonly #waiting = new Map<string, Change>();
  readonly #onCommit = new Set<() => void>();
  #deliver: (batch: Batch) => Promise<void> = async () => undefined;
  #isInUse: (teamId: string) => boolean = () => false;
  #isRunning = false;
  readonly #sweep: NodeJS.Timeout;
  #waitCheck: NodeJS.Timeout | undefined;

  constructor(options: DeliveryViewOptions) {
    this.#options = options;
    this.#contents = new ContentFetches({
      source: options.source,
      peek: (prompt, row) => {
        const version = options.bodies.peek(prompt, row);
        if (version === undefined) return undefined;
        // Not the version itself: what is compiled of it is the renders', and has a bound of its own.
        const { template, outline, sources, config, schema } = version;
        return { template, outline, sources, config, schema };
      },
      isWanted: (promptId, row) => this.#wantsContent(promptId, row),
      onSettled: (promptId, hasCome) => this.#contentSettled(promptId, hasCome),
    });
    this.#builds = new TeamBuilds({
      directory: options.directory,
      position: options.position,
      assemble: (prompt, mayLack) => this.#assemble(prompt, undefined, mayLack),
      onComplete: () => this.#schedule(),
    });
    this.#sweep = setInterval(() => this.#dropUnused(), SWEEP_MS).unref();
  }

  /** Who tells listeners of a batch, and who knows which teams have some. */
  use(deliver: (batch: Batch) => Promise<void>, isInUse: (teamId: string) => boolean): void {
    this.#deliver = deliver;
    this.#isInUse = isInUse;
  }

  close(): void {
    clearInterval(this.#sweep);
    clearInterval(this.#waitCheck);
    this.#contents.close();
  }

  /** Prompts that have left these teams after the departure of that number, of `most` that are looked at, and have not come back. */
  departed(ordinal: number, teamIds: ReadonlySet<string>, most?: number): Departure[] {
    return this.departures
      .after(ordinal, teamIds, most)
      .filter(({ teamId, promptId }) => this.#teams.get(teamId)?.entry(promptId) === undefined);
  }

  get epoch(): string | undefined {
    return this.#options.position.epoch;
  }

  /** How many teams are built. */
  get size(): number {
    return this.#teams.size;
  }

  team(teamId: string): DeliveredTeam | undefined {
    return this.#teams.get(teamId);
  }

  /** Those of the teams that are built. */
  teamsOf(teamIds: readonly string[]): DeliveredTeam[] {
    return teamIds.map((teamId) => this.#teams.get(teamId)).filter((team) => team !== undefined);
  }

  /** Everything at or below this sequence that concerns a built team is in the view. */
  get watermark(): number {
    let least = this.#options.position.reported + 1;
    for (const { first } of this.#dirty.values()) least = Math.min(least, first);
    for (const { first } of this.#waiting.values()) least = Math.min(least, first);
    return Math.max(0, least - 1);
  }

  /** The revision of a sequence. */
  revisionAt(sequence: number): string {
    return revisionAt(this.#options.position, sequence);
  }

  /** Whether the token is of this epoch, so that what has changed since can be told. */
  isOfThisEpoch({ epoch }: RevisionToken): boolean {
    return epoch === this.#options.position.epoch;
  }

  /**
   * Waits until everything up to the token is in the view, if it is later than what is; whether it is. A token of an earlier epoch is not waited for:
   * nothing in it means anything any more.
   */
  async comesTo(token: RevisionToken, timeoutMs: number): Promise<boolean> {
    const epoch = this.#options.position.epoch;
    const present = { epoch: epoch ?? '0', sequence: this.watermark };
    return compareTokens(token, present) <= 0 || this.reaches(token, timeoutMs);
  }

  /** Waits until the view covers the token; whether it does. */
  async reaches(token: RevisionToken, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    if (!(await this.#options.position.waitFor(token, timeoutMs))) return false;
    while (token.epoch === this.#options.position.epoch && this.watermark < token.sequence) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await this.#nextCommit(left);
    }
    return true;
  }

  /** Builds those of the teams that are not there yet; resolves when all are. */
  async ready(teamIds: Iterable<string>): Promise<void> {
    const now = performance.now();
    const waits: Promise<void>[] = [];
    for (const teamId of teamIds) {
      this.#lastUsed.set(teamId, now);
      if (!this.#teams.has(teamId)) waits.push(this.#builds.begin(teamId).done);
    }
    await Promise.all(waits);
  }

  /** A listener of the directory. */
  readonly onPrompt: PromptListener = (previous, entry, time) => {
    const id = entry?.id ?? previous?.id;
    if (id === undefined) return;
    const { position } = this.#options;
    const hasLeft = previous !== undefined && previous.teamId !== entry?.teamId;
    const from = previous?.teamId ?? '';
    const isHeld = this.#teams.has(from);
    // An entity that an epoch has not shown is gone without an event.
    const sequence = () => position.shownAt(id) || position.position;
    if (hasLeft && !isHeld) this.departures.add({ teamId: from, promptId: id, sequence: sequence() });
    if (this.#teams.size === 0 && this.#builds.size === 0) return;
    if (hasLeft) this.#builds.remove(from, id);
    if (entry !== undefined) this.#builds.add(entry);
    if (isHeld || (entry !== undefined && this.#teams.has(entry.teamId)))
      this.#touch(id, from, sequence(), { hasLeft: hasLeft && isHeld, time });
  };

  /** Sequences of the old epoch mean nothing any more. */
  readonly onEpoch = (): void => {
    for (const team of this.#teams.values()) team.forgetSequences();
    this.#builds.forgetSequences();
    this.departures.forget();
    for (const changes of [this.#dirty, this.#waiting])
      for (const change of changes.values()) change.first = change.latest = 1;
  };

  /** The registry's database went back: contents that are on their way may be lost ones. */
  readonly onReturn = (): void => this.#contents.forget();

  /** Everything of the epoch has been shown: from now on the teams' revisions are of this epoch. */
  settleEpoch(): void {
    const revision = this.revisionAt(this.watermark);
    for (const team of this.#teams.values()) team.revision = revision;
  }

  #touch(
    promptId: string,
    from: string,
    sequence: number,
    { hasLeft = false, time }: { readonly hasLeft?: boolean; readonly time?: string | undefined } = {},
  ): void {
    const known = this.#dirty.get(promptId) ?? this.#waiting.get(promptId);
    if (known === undefined) {
      this.#dirty.set(promptId, {
        held: this.#teams.get(from)?.entry(promptId) === undefined ? undefined : from,
        left: new Set(hasLeft ? [from] : []),
        first: sequence,
        latest: sequence,
        since: time === undefined ? Date.now() : Date.parse(time),
        deadline: performance.now() + CONTENT_PATIENCE_MS,
      });
    } else {
      known.latest = Math.max(known.latest, sequence);
      if (hasLeft) known.left.add(from);
      if (this.#waiting.delete(promptId)) this.#dirty.set(promptId, known);
    }
    this.#schedule();
  }

  #contentSettled(promptId: string, hasCome: boolean): void {
    const prompt = this.#options.directory.byId(promptId);
    if (prompt === undefined || !this.#isKept(prompt.teamId)) {
      this.#contents.release(promptId);
      return;
    }
    this.#builds.settled(prompt.teamId, promptId);
    if (!hasCome) return;
    const waiting = this.#waiting.get(promptId);
    if (waiting !== undefined) {
      this.#waiting.delete(promptId);
      this.#dirty.set(promptId, waiting);
      this.#schedule();
    } else if (this.#teams.get(prompt.teamId)?.entry(promptId) !== undefined) {
      // No event is behind it: whoever has everything up to now has it not.
      this.#touch(promptId, prompt.teamId, this.#options.position.position + 1);
    }
  }

  #wantsContent(promptId: string, [number, , bodyRevision]: VersionRow): boolean {
    const prompt = this.#options.directory.byId(promptId);
    if (prompt === undefined) return false;
    if (!this.#isKept(prompt.teamId)) return false;
    return deliveredRows(prompt).some(([one, , revision]) => one === number && revision === bodyRevision);
  }

  #isKept(teamId: string): boolean {
    return this.#teams.has(teamId) || this.#builds.has(teamId);
  }

  /** The prompt as it is delivered now. Undefined while contents are being read that it should not go without. */
  #assemble(
    prompt: PromptEntry,
    before: DeliveredEntry | undefined,
    mayLack: boolean,
  ): DeliveredEntry | undefined {
    const tagged = new Map<number, TaggedContent>();
    // What it lacks, another px0 will deliver.
    if (prompt.delivered !== undefined) return new DeliveredEntry(prompt, tagged);
    let isWhole = true;
    for (const row of deliveredRows(prompt)) {
      const [number] = row;
      if (number === prompt.live?.number) continue;
      const content = this.#heldBy(before, prompt, row) ?? this.#contents.get(prompt, row);
      if (content === undefined) isWhole = false;
      else tagged.set(number, infersSchemas(prompt) ? withSchema(content) : content);
    }
    if (!isWhole && !mayLack) return undefined;
    this.#contents.release(prompt.id);
    return new DeliveredEntry(prompt, tagged, this.#options.position.comparesSince);
  }

  /** The content as it was delivered before. After the database went back, a later revision may be a lost one; the very revision is not. */
  #heldBy(
    before: DeliveredEntry | undefined,
    prompt: PromptEntry,
    [number, , bodyRevision]: VersionRow,
  ): TaggedContent | undefined {
    const held = before?.held(number, bodyRevision);
    // It was live without a policy: what its author wants is in its body.
    if (prompt.contract !== undefined && held?.content.schema === undefined) return undefined;
    const compares = before?.comparesSince === this.#options.position.comparesSince;
    return compares || held?.bodyRevision === bodyRevision ? held : undefined;
  }

  // --- Passes ----------------------------------------------------------------------------------------------------

  #schedule(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // In this turn of the event loop, but after all that arrived together.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#dirty.size > 0 || this.#builds.hasComplete) {
        const batch = this.#commit();
        for (const committed of this.#onCommit) committed();
        if (batch !== undefined) await this.#deliver(batch);
        // With few who listen, that has taken no turn.
        if (batch === undefined || this.#dirty.size > 0) await nextTurn();
      }
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a pass of delivery failed');
    } finally {
      this.#isRunning = false;
    }
    if (this.#dirty.size > 0) this.#schedule();
  }

  #commit(): Batch | undefined {
    const finished = this.#builds.takeComplete();
    for (const build of finished) {
      this.#teams.set(
        build.teamId,
        build.team((sequence) => this.revisionAt(sequence)),
      );
    }
    const changes = new Map<DeliveredTeam, { list: TeamChange[]; latest: number }>();
    let since = Date.now();
    // Of what is shown alone: an event that makes no difference may be old, and delays nothing.
    const note: Note = (team, teamChange, change) => {
      const noted = changes.get(team) ?? { list: [], latest: 0 };
      noted.list.push(teamChange);
      noted.latest = Math.max(noted.latest, change.latest);
      changes.set(team, noted);
      since = Math.min(since, change.since);
    };
    let taken = 0;
    for (const [promptId, change] of this.#dirty) {
      taken += 1;
      if (taken > MOST_AT_ONCE) break;
      this.#dirty.delete(promptId);
      this.#apply(promptId, change, note);
    }
    for (const build of finished) build.finish();
    if (changes.size === 0) return undefined;
    const teams = Array.from(changes, ([team, { list, latest }]): TeamBatch => {
      const prev = team.revision;
      team.revision = this.revisionAt(Math.min(latest, this.#options.position.position));
      const { text: digest, count } = team.digest;
      return { team, prev, revision: team.revision, digest, count, changes: list };
    });
    return { sequence: this.watermark, since, teams: new Map(teams.map((batch) => [batch.team.id, batch])) };
  }

  #apply(promptId: string, change: Change, note: Note): void {
    const prompt = this.#options.directory.byId(promptId);
    const to = prompt === undefined ? undefined : this.#teams.get(prompt.teamId);
    const held = change.held === undefined ? undefined : this.#teams.get(change.held);
    const before = held?.entry(promptId);
    let after: DeliveredEntry | undefined;
    if (prompt !== undefined && to !== undefined) {
      after = this.#assemble(prompt, before, performance.now() >= change.deadline);
      if (after === undefined) {
        this.#waiting.set(promptId, change);
        this.#waitCheck ??= setInterval(() => this.#endWaits(), WAIT_CHECK_MS).unref();
        return;
      }
    }
    for (const teamId of change.left)
      if (teamId !== to?.id) this.departures.add({ teamId, promptId, sequence: change.latest });
    if (held !== undefined && before !== undefined && held !== to) {
      held.remove(promptId);
      note(held, { before, after: undefined }, change);
    }
    if (to === undefined || after === undefined) return;
    const present = to.entry(promptId);
    if (present?.fingerprint === after.fingerprint) {
      // Nothing that is delivered differs; the older entry need not be kept for it. Of several events one in between may have made a difference, which
      // another process has shown to a client that comes here.
      if (change.first === change.latest) to.refresh(after);
      else to.set(after, change.latest);
      return;
    }
    to.set(after, change.latest);
    note(to, { before: present, after }, change);
  }

  /** What has waited long enough goes out as it is. */
  #endWaits(): void {
    const now = performance.now();
    for (const [promptId, change] of this.#waiting) {
      if (change.deadline > now) continue;
      this.#waiting.delete(promptId);
      this.#dirty.set(promptId, change);
    }
    if (this.#waiting.size === 0) {
      clearInterval(this.#waitCheck);
      this.#waitCheck = undefined;
    }
    if (this.#dirty.size > 0) this.#schedule();
  }

  #nextCommit(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#onCommit.delete(end);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#onCommit.add(end);
    });
  }

  #dropUnused(): void {
    const now = performance.now();
    for (const teamId of this.#teams.keys()) {
      if (this.#isInUse(teamId)) this.#lastUsed.set(teamId, now);
      else if (now - (this.#lastUsed.get(teamId) ?? 0) > KEEP_MS) {
        this.#teams.delete(teamId);
        this.#lastUsed.delete(teamId);
      }
    }
  }
}

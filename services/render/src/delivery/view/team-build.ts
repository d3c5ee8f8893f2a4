/**
 * A team on its way into the view, in steps between which events go on changing its prompts: first each prompt is looked at, then all are placed in the
 * order of their latest changes, and behind them those that have changed meanwhile.
 */
import type { DeliveredEntry } from './delivered-entry.ts';
import { DeliveredTeam } from './delivered-team.ts';
import { Pending } from './pending.ts';

/** A build does not wait longer for contents that do not come. */
const PATIENCE_MS = 2_000;

export class TeamBuild {
  readonly teamId: string;
  readonly done: Promise<void>;
  readonly finish: () => void;
  /** The prompts that there were at the beginning, and how many of them have been looked at. */
  readonly #first: readonly string[];
  #seen = 0;
  /** Prompts to be looked at after those. */
  readonly #todo = new Pending<string>();
  readonly #team: DeliveredTeam;
  readonly #sequenceOf: (promptId: string) => number;
  /** Those that were taken, until they are replaced or go. */
  readonly #entries = new Map<string, DeliveredEntry>();
  /** With their sequences, also those that were replaced since. In order from when all have been looked at. */
  readonly #order: [DeliveredEntry, number][] = [];
  #isInOrder = false;
  #placed = 0;
  /** Taken after that. */
  readonly #late = new Pending<DeliveredEntry>();
  /** Prompts whose contents are being read. */
  readonly #incomplete = new Set<string>();
  readonly #deadline = performance.now() + PATIENCE_MS;

  /** `sequenceOf`: of a prompt's latest change. */
  constructor(teamId: string, promptIds: Iterable<string>, sequenceOf: (promptId: string) => number) {
    this.teamId = teamId;
    this.#team = new DeliveredTeam(teamId);
    this.#sequenceOf = sequenceOf;
    this.#first = [...promptIds];
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.finish = resolve;
  }

  /** The team is built once nothing is left to do. */
  get isComplete(): boolean {
    if (this.#hasToLook || this.#incomplete.size > 0) return false;
    return this.#isInOrder && this.#placed === this.#order.length && this.#late.size === 0;
  }

  /** Whether it goes on without the contents that are not there. */
  get isOutOfPatience(): boolean {
    return performance.now() >= this.#deadline;
  }

  get isWaiting(): boolean {
    return !this.#hasToLook && this.#incomplete.size > 0;
  }

  get #hasToLook(): boolean {
    return this.#seen < this.#first.length || this.#todo.size > 0;
  }

  /** The prompt must be looked at, again or for the first time. */
  add(promptId: string): void {
    this.#incomplete.delete(promptId);
    this.#todo.set(promptId, promptId);
  }

  /** The prompt has left the team. */
  remove(promptId: string): void {
    this.#todo.delete(promptId);
    this.#incomplete.delete(promptId);
    this.#entries.delete(promptId);
    this.#late.delete(promptId);
    this.#team.remove(promptId);
  }

  /** A content has come, or will not come soon. */
  settled(promptId: string): void {
    if (this.#incomplete.has(promptId)) this.add(promptId);
  }

  /** Looks at incomplete prompts once more, which are then taken as they are. */
  giveUpWaiting(): void {
    for (const promptId of this.#incomplete) this.add(promptId);
  }

  /** The next prompt to look at. It may have left the team since. */
  next(): string | undefined {
    if (this.#seen === this.#first.length) return this.#todo.take();
    this.#seen += 1;
    return this.#first[this.#seen - 1];
  }

  /** Takes a prompt as it is delivered; undefined when a content is missing. */
  take(promptId: string, entry: DeliveredEntry | undefined): void {
    if (entry === undefined) {
      this.#incomplete.add(promptId);
      return;
    }
    if (this.#entries.get(promptId) === entry) return;
    this.#entries.set(promptId, entry);
    if (this.#isInOrder) this.#late.set(promptId, entry);
    else this.#order.push([entry, this.#sequenceOf(promptId)]);
  }

  /** Places the next prompt, once all have been looked at; false when there is none. */
  place(): boolean {
    if (this.#hasToLook || this.#incomplete.size > 0) return false;
    if (!this.#isInOrder) {
      this.#order.sort(([, one], [, other]) => one - other);
      this.#isInOrder = true;
    }
    const next = this.#order[this.#placed];
    if (next !== undefined) {
      this.#placed += 1;
      const [entry, sequence] = next;
      if (this.#entries.get(entry.prompt.id) === entry) this.#team.append(entry, sequence);
      return true;
    }
    const late = this.#late.take();
    if (late === undefined) return false;
    this.#team.set(late, this.#sequenceOf(late.prompt.id));
    return true;
  }

  /** A new epoch begins: sequences of the old one mean nothing in it. */
  forgetSequences(): void {
    this.#team.forgetSequences();
    for (const place of this.#order) place[1] = 0;
  }

  /** The team, when it is complete. */
  team(revisionAt: (sequence: number) => string): DeliveredTeam {
    this.#team.revision = revisionAt(this.#team.lastSequence);
    return this.#team;
  }
}

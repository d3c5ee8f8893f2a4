/** A team on its way into the view: its prompts are gone through in slices, while events go on changing them. */
import type { DeliveredEntry } from './delivered-entry.ts';
import { DeliveredTeam } from './delivered-team.ts';

/** A build does not wait longer for contents that do not come. */
const PATIENCE_MS = 2_000;

export class TeamBuild {
  readonly teamId: string;
  readonly done: Promise<void>;
  readonly finish: () => void;
  readonly #todo: Set<string>;
  /** What is left of the present round: taking the first of a set again and again walks over all that were taken before. */
  #round: Iterator<string>;
  readonly #entries = new Map<string, DeliveredEntry>();
  /** Prompts whose contents are being read. */
  readonly #incomplete = new Set<string>();
  readonly #deadline = performance.now() + PATIENCE_MS;

  constructor(teamId: string, promptIds: Iterable<string>) {
    this.teamId = teamId;
    this.#todo = new Set(promptIds);
    this.#round = this.#todo.values();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.finish = resolve;
  }

  /** The team is built once nothing is left to do. */
  get isComplete(): boolean {
    return this.#todo.size === 0 && this.#incomplete.size === 0;
  }

  /** Whether it goes on without the contents that are not there. */
  get isOutOfPatience(): boolean {
    return performance.now() >= this.#deadline;
  }

  get isWaiting(): boolean {
    return this.#todo.size === 0 && this.#incomplete.size > 0;
  }

  /** The prompt must be looked at, again or for the first time. */
  add(promptId: string): void {
    this.#incomplete.delete(promptId);
    this.#todo.add(promptId);
  }

  /** The prompt has left the team. */
  remove(promptId: string): void {
    this.#todo.delete(promptId);
    this.#incomplete.delete(promptId);
    this.#entries.delete(promptId);
  }

  /** A content has come, or will not come soon. */
  settled(promptId: string): void {
    if (this.#incomplete.has(promptId)) this.add(promptId);
  }

  /** Looks at incomplete prompts once more, which are then taken as they are. */
  giveUpWaiting(): void {
    for (const promptId of this.#incomplete) this.add(promptId);
  }

  /** The next prompt to look at. */
  next(): string | undefined {
    let { value, done } = this.#round.next();
    if (done === true && this.#todo.size > 0) {
      this.#round = this.#todo.values();
      ({ value, done } = this.#round.next());
    }
    if (done === true) return undefined;
    this.#todo.delete(value);
    return value;
  }

  /** Takes a prompt as it is delivered; undefined when a content is missing. */
  take(promptId: string, entry: DeliveredEntry | undefined): void {
    if (entry === undefined) this.#incomplete.add(promptId);
    else this.#entries.set(promptId, entry);
  }

  /** The team in the order of its prompts' latest changes. */
  team(sequenceOf: (promptId: string) => number, revisionAt: (sequence: number) => string): DeliveredTeam {
    const entries = Array.from(
      this.#entries.values(),
      (entry) => [entry, sequenceOf(entry.prompt.id)] as const,
    );
    entries.sort(([, one], [, other]) => one - other);
    return new DeliveredTeam(this.teamId, entries, revisionAt(entries.at(-1)?.[1] ?? 0));
  }
}

/** The teams that are on their way into the view: all are built in turns, a step of one behind a step of another. */
import type { PromptDirectory, PromptEntry } from '../../prompts/mod.ts';
import type { DeliveredEntry } from './delivered-entry.ts';
import { Slices } from './slices.ts';
import type { StreamPosition } from './stream-position.ts';
import { TeamBuild } from './team-build.ts';

export interface TeamBuildsOptions {
  readonly directory: Pick<PromptDirectory, 'in' | 'byId'>;
  readonly position: Pick<StreamPosition, 'shownAt'>;
  /** A prompt as it is delivered. Undefined while contents are being read that it should not go without, unless it `mayLack` them. */
  readonly assemble: (prompt: PromptEntry, mayLack: boolean) => DeliveredEntry | undefined;
  /** Builds are to be taken. */
  readonly onComplete: () => void;
}

/** Prompts of a team that are built before another team has its turn. */
const BUILD_STEP = 256;
/** How often it is looked whether a build has waited for contents long enough. */
const WAIT_CHECK_MS = 100;

export class TeamBuilds {
  readonly #options: TeamBuildsOptions;
  readonly #building = new Map<string, TeamBuild>();
  #isRunning = false;

  constructor(options: TeamBuildsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#building.size;
  }

  has(teamId: string): boolean {
    return this.#building.has(teamId);
  }

  /** Whether there is something to take. */
  get hasComplete(): boolean {
    for (const build of this.#building.values()) if (build.isComplete) return true;
    return false;
  }

  /** The build of a team, which may be under way already. */
  begin(teamId: string): TeamBuild {
    const known = this.#building.get(teamId);
    if (known !== undefined) return known;
    const build = new TeamBuild(
      teamId,
      this.#options.directory.in(teamId).map(({ id }) => id),
      (promptId) => this.#options.position.shownAt(promptId),
    );
    this.#building.set(teamId, build);
    this.#run();
    return build;
  }

  /** The prompt must be looked at, again or for the first time, if its team is being built. */
  add({ id, teamId }: PromptEntry): void {
    const build = this.#building.get(teamId);
    if (build === undefined) return;
    build.add(id);
    this.#run();
  }

  /** The prompt has left the team. */
  remove(teamId: string, promptId: string): void {
    this.#building.get(teamId)?.remove(promptId);
  }

  /** A content of the prompt has come, or will not come soon. */
  settled(teamId: string, promptId: string): void {
    const build = this.#building.get(teamId);
    if (build === undefined) return;
    build.settled(promptId);
    this.#run();
  }

  /** A new epoch begins: sequences of the old one mean nothing in it. */
  forgetSequences(): void {
    for (const build of this.#building.values()) build.forgetSequences();
  }

  /** The complete builds, which are no longer held here. */
  takeComplete(): TeamBuild[] {
    const complete = [...this.#building.values()].filter((build) => build.isComplete);
    for (const { teamId } of complete) this.#building.delete(teamId);
    return complete;
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#runAll();
  }

  async #runAll(): Promise<void> {
    const slices = new Slices();
    // Whoever asked goes on first.
    await slices.others();
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const build of this.#building.values()) {
        for (let step = 0; step < BUILD_STEP && this.#next(build); step += 1)
          if (slices.isOver) await slices.others();
        if (build.isWaiting && build.isOutOfPatience) build.giveUpWaiting();
        isBusy ||= !build.isComplete && !build.isWaiting;
      }
      if (isBusy) await slices.others();
    }
    this.#isRunning = false;
    if (this.hasComplete) this.#options.onComplete();
    if ([...this.#building.values()].some(({ isWaiting }) => isWaiting))
      setTimeout(() => this.#run(), WAIT_CHECK_MS).unref();
  }

  /** Takes the next step of a build; false when there is none. */
  #next(build: TeamBuild): boolean {
    const promptId = build.next();
    if (promptId === undefined) return build.place();
    const prompt = this.#options.directory.byId(promptId);
    if (prompt?.teamId !== build.teamId) build.remove(promptId);
    else build.take(promptId, this.#options.assemble(prompt, build.isOutOfPatience));
    return true;
  }
}

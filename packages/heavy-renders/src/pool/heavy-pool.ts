/**
 * Worker threads for what would hold the main thread. Each organization gets one of them at a time and they take turns, so a heavy render
 * waits behind those of its own organization, and for others no longer than theirs take.
 * See docs/decisions/166-heavy-renders.md.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { Transferable } from 'node:worker_threads';
import { type Logger, TIMED_OUT, within } from '@px0/service-kit';
import type { InputOf, OutputOf, Tasks } from '../thread/mod.ts';
import { FairQueue, type Queued } from './fair-queue.ts';
import { HeavyRefusal } from './heavy-refusal.ts';
import { HEAP_LIMIT_MIB, HeavyThread } from './heavy-thread.ts';

export interface HeavyPoolOptions {
  /** The module whose export `tasks` holds the tasks. */
  readonly tasks: URL;
  /** How many threads there may be. */
  readonly threads: number;
  readonly logger: Logger;
  /** Overrides of the bounds, for tests. */
  readonly bounds?: Partial<PoolBounds>;
}

export interface PoolBounds {
  /** Tasks that wait, of one organization and over all. */
  readonly waitingOfOrganization: number;
  readonly waiting: number;
  /** What tasks that wait hold in memory, of one organization and over all. */
  readonly bytesOfOrganization: number;
  readonly bytes: number;
  /** A task waits no longer than this for its turn, unless its caller says otherwise. */
  readonly waitMs: number;
  readonly processorMs: number;
  readonly clockMs: number;
}

const MIB = 1_048_576;

const BOUNDS: PoolBounds = {
  waitingOfOrganization: 32,
  waiting: 256,
  bytesOfOrganization: 32 * MIB,
  bytes: 128 * MIB,
  waitMs: 10_000,
  processorMs: 10_000,
  clockMs: 30_000,
};

export interface RunOptions {
  /** Ends the wait, and the task if it runs already. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers of the input that are moved to the thread instead of copied. */
  readonly transfer?: readonly Transferable[];
  /** What the input takes of memory, roughly. */
  readonly bytes?: number;
  /** How long to wait for a turn. */
  readonly waitMs?: number;
  /** How long the task may take by the clock, instead of the pool's own bound. */
  readonly clockMs?: number;
}

/** What has become of tasks since the start, and what is under way. */
export interface PoolCounts {
  readonly queued: number;
  readonly running: number;
  readonly refused: number;
}

/** Told how long a task has taken in its thread, in seconds. */
export type DurationListener = (seconds: number) => void;

interface Job extends Queued {
  readonly name: string;
  readonly input: unknown;
  readonly transfer: readonly Transferable[];
  readonly clockMs: number | undefined;
  readonly answer: PromiseWithResolvers<unknown>;
  /** Gives up waiting for a turn. */
  readonly patience: NodeJS.Timeout;
  thread: HeavyThread | undefined;
}

interface Share {
  /** Those that wait and the one that runs. */
  tasks: number;
  waitingBytes: number;
  isRunning: boolean;
}

function waitingTasks({ tasks, isRunning }: Share): number {
  return tasks - (isRunning ? 1 : 0);
}

/**
 * As many threads as the machine has processors beside the main thread, and half of its memory (or the container's) has room for, shared
 * among `processes` of the host, and at least one.
 */
export function defaultThreads(
  processes = 1,
  { processors = availableParallelism(), memory = availableMemory() } = {},
): number {
  const threads = Math.min(processors - 1, memory / 2 / (HEAP_LIMIT_MIB * MIB));
  return Math.max(1, Math.floor(threads / processes));
}

/** Zero and more than there is say that the container has no bound of its own. */
function availableMemory(): number {
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
}

export class HeavyPool<T extends Tasks> {
  readonly #threads: readonly HeavyThread[];
  readonly #bounds: PoolBounds;
  readonly #queue = new FairQueue<Job>();
  /** Organizations with tasks under way. */
  readonly #shares = new Map<string, Share>();
  readonly #idle: (() => void)[] = [];
  #running = 0;
  #refused = 0;
  #isClosing = false;
  onDuration: DurationListener = () => undefined;

  constructor({ tasks, threads, logger, bounds = {} }: HeavyPoolOptions) {
    this.#bounds = { ...BOUNDS, ...bounds };
    const { processorMs, clockMs } = this.#bounds;
    this.#threads = Array.from(
      { length: threads },
      () => new HeavyThread({ tasks, processorMs, clockMs, logger }),
    );
  }

  get counts(): PoolCounts {
    return { queued: this.#queue.size, running: this.#running, refused: this.#refused };
  }

  /** Whether no organization has tasks under way. */
  get isIdle(): boolean {
    return this.#shares.size === 0;
  }

  /** Whether the organization has tasks under way. */
  isBusy(organization: string): boolean {
    return this.#shares.has(organization);
  }

  /**
   * Runs a task in a thread, at its organization's turn.
   *
   * @throws HeavyRefusal; what the task throws
   */
  run<N extends keyof T & string>(
    organization: string,
    name: N,
    input: InputOf<T[N]>,
    options: RunOptions = {},
  ): Promise<OutputOf<T[N]>> {
    return this.#submit(organization, name, input, options) as Promise<OutputOf<T[N]>>;
  }

  /** Finishes what is under way, within `patienceMs`; what is left then, and what comes from now on, is refused. */
  async close(patienceMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#running > 0 || this.#queue.size > 0) {
      const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
      if ((await within(idle, patienceMs)) === TIMED_OUT)
        for (const job of this.#queue.takeAll()) this.#refuse(job, 'stopping');
    }
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #submit(organization: string, name: string, input: unknown, options: RunOptions): Promise<unknown> {
    const { signal, transfer = [], bytes = 0, waitMs = this.#bounds.waitMs, clockMs } = options;
    if (this.#isClosing) return Promise.reject(new HeavyRefusal('stopping'));
    if (signal?.aborted) return Promise.reject(new HeavyRefusal('abandoned'));
    if (!this.#hasRoom(organization, bytes)) {
      this.#refused += 1;
      return Promise.reject(new HeavyRefusal('tooMany'));
    }
    const answer = Promise.withResolvers<unknown>();
    const job: Job = {
      organization,
      name,
      input,
      transfer,
      bytes,
      clockMs,
      answer,
      patience: setTimeout(() => this.#giveUp(job, 'tooMany'), waitMs),
      thread: undefined,
    };
    signal?.addEventListener('abort', () => this.#abandon(job), { once: true });
    const share = this.#shareOf(organization);
    share.tasks += 1;
    share.waitingBytes += bytes;
    this.#queue.add(job);
    this.#startNext();
    return answer.promise;
  }

  #hasRoom(organization: string, bytes: number): boolean {
    const { waitingOfOrganization, bytesOfOrganization } = this.#bounds;
    const share = this.#shares.get(organization);
    const isWithinShare =
      share === undefined ||
      (waitingTasks(share) < waitingOfOrganization && share.waitingBytes + bytes <= bytesOfOrganization);
    return isWithinShare && this.#makeRoom(organization, bytes);
  }

  /** In a full queue, whoever has most gives way to those who have less, so that nobody keeps others out. */
  #makeRoom(organization: string, bytes: number): boolean {
    const { waiting, bytes: allBytes } = this.#bounds;
    while (this.#queue.size >= waiting) {
      if (!this.#giveWay(organization, 1, waitingTasks)) return false;
    }
    while (this.#queue.bytes + bytes > allBytes) {
      if (!this.#giveWay(organization, bytes, (share) => share.waitingBytes)) return false;
    }
    return true;
  }

  /** Refuses the last task of the organization that has most, unless the one that asks for so much more would have as much. */
  #giveWay(organization: string, more: number, measure: (share: Share) => number): boolean {
    let most = this.#measured(organization, measure) + more;
    let last: Job | undefined;
    for (const [other, share] of this.#shares) {
      if (measure(share) <= most) continue;
      most = measure(share);
      last = this.#queue.lastOf(other);
    }
    if (last === undefined) return false;
    this.#giveUp(last, 'tooMany');
    return true;
  }

  #measured(organization: string, measure: (share: Share) => number): number {
    const share = this.#shares.get(organization);
    return share === undefined ? 0 : measure(share);
  }

  #shareOf(organization: string): Share {
    let share = this.#shares.get(organization);
    if (share === undefined) {
      share = { tasks: 0, waitingBytes: 0, isRunning: false };
      this.#shares.set(organization, share);
    }
    return share;
  }

  #startNext(): void {
    for (const thread of this.#threads) {
      if (!thread.isFree) continue;
      const job = this.#queue.next((organization) => this.#shares.get(organization)?.isRunning === true);
      if (job === undefined) return;
      void this.#execute(job, thread);
    }
  }

  async #execute(job: Job, thread: HeavyThread): Promise<void> {
    const share = this.#shareOf(job.organization);
    clearTimeout(job.patience);
    share.waitingBytes -= job.bytes;
    share.isRunning = true;
    job.thread = thread;
    this.#running += 1;
    const started = performance.now();
    try {
      job.answer.resolve(await thread.run(job));
    } catch (error) {
      job.answer.reject(error);
    }
    // Its thread is about to be another one's.
    job.thread = undefined;
    this.onDuration((performance.now() - started) / 1_000);
    this.#running -= 1;
    share.isRunning = false;
    // What it has queued meanwhile comes after those who have waited for its thread.
    this.#queue.passTurn(job.organization);
    this.#leave(job.organization);
    this.#startNext();
  }

  /** A caller that goes away frees its place in the queue, and ends its task if that runs already. */
  #abandon(job: Job): void {
    job.thread?.abandon();
    this.#giveUp(job, 'abandoned');
  }

  #giveUp(job: Job, reason: 'tooMany' | 'abandoned'): void {
    if (!this.#queue.remove(job)) return;
    if (reason === 'tooMany') this.#refused += 1;
    this.#refuse(job, reason);
  }

  #refuse(job: Job, reason: 'tooMany' | 'abandoned' | 'stopping'): void {
    clearTimeout(job.patience);
    this.#shareOf(job.organization).waitingBytes -= job.bytes;
    job.answer.reject(new HeavyRefusal(reason));
    this.#leave(job.organization);
  }

  #leave(organization: string): void {
    const share = this.#shareOf(organization);
    share.tasks -= 1;
    if (share.tasks === 0) this.#shares.delete(organization);
    if (this.#running === 0 && this.#queue.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

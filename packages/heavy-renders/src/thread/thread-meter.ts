import type { Meter } from '@px0/template';

/** Why a task was ended from within. */
export class TaskEnded extends Error {
  readonly reason: 'tookTooLong' | 'abandoned';

  constructor(reason: 'tookTooLong' | 'abandoned') {
    super(reason);
    this.reason = reason;
  }
}

/** Asking for the thread's processor time is a system call; a task that has run for so much longer is asked about again. */
const PAUSE_MS = 50;

/** The meter of a worker thread. Only processor time counts: on a busy machine a task may wait for its turn. */
export class ThreadMeter implements Meter {
  readonly maxUnits = Number.POSITIVE_INFINITY;
  readonly #abandoned: Int32Array;
  readonly #processorMs: number;
  #task = 0;
  #startedAt = 0;
  #nextLook = 0;

  /** `abandoned` is shared with the main thread, which writes the number of a task there that nobody waits for. */
  constructor(abandoned: Int32Array, processorMs: number) {
    this.#abandoned = abandoned;
    this.#processorMs = processorMs;
  }

  begin(task: number): void {
    this.#task = task;
    this.#startedAt = processorTime();
    this.#nextLook = performance.now() + this.#processorMs;
  }

  /** @throws TaskEnded */
  proceed(): void {
    if (Atomics.load(this.#abandoned, 0) === this.#task) throw new TaskEnded('abandoned');
    const now = performance.now();
    if (now < this.#nextLook) return;
    if (processorTime() - this.#startedAt > this.#processorMs) throw new TaskEnded('tookTooLong');
    this.#nextLook = now + PAUSE_MS;
  }

  tooLong(): never {
    throw new Error('the output of a thread has no bound of its own');
  }
}

function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Runs chores in the background, each at its own interval. A chore that fails is told of and runs again at its next turn. */
import type { Logger } from '@px0/service-kit';

export interface PeriodicTask {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

export class PeriodicTasks {
  readonly #logger: Logger;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  start(tasks: readonly PeriodicTask[]): void {
    for (const task of tasks) this.#schedule(task);
  }

  /** Resolves when no chore runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #schedule(task: PeriodicTask): void {
    if (this.#stopped) return;
    // Replicas that started together shall not all do the same chore at the same moment.
    const delay = task.everyMs * (0.8 + Math.random() * 0.4);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const running = this.#run(task).finally(() => {
        this.#running.delete(running);
        this.#schedule(task);
      });
      this.#running.add(running);
    }, delay);
    timer.unref();
    this.#timers.add(timer);
  }

  async #run(task: PeriodicTask): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.#logger.warn({ err: error, task: task.name }, 'a chore failed and will run again');
    }
  }
}

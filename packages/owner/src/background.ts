/**
 * A background loop: takes bounded steps while there is work, then pauses until it is woken or the pause ends. A step that fails
 * is logged and retried. Stopping waits for the step in progress.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@px0/service-kit';

/** What a step has found: more work, so that the next step follows at once, or none. */
export type Progress = 'more' | 'none';

export interface BackgroundOptions {
  /** For the log. */
  readonly name: string;
  readonly logger: Logger;
  /** One bounded step. Long ones look at `stopping` between their parts. */
  readonly step: (stopping: AbortSignal) => Promise<Progress>;
  /** Milliseconds between looks for work that did not wake the loop, such as what a dead replica left. */
  readonly pauseMs: number;
  /** Milliseconds after a step that failed; default: `pauseMs`. */
  readonly retryMs?: number;
  /** `pause`: the first step comes after a pause; default: at once. */
  readonly begin?: 'step' | 'pause';
  /** The share of each pause that varies, so that replicas started together do not run the same step at once; default: 0. */
  readonly jitter?: number;
}

export class Background {
  readonly #options: BackgroundOptions;
  readonly #stopping = new AbortController();
  #woken = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the pause: there is work. A call during a step causes another one. */
  wake(): void {
    this.#woken.abort();
  }

  /** Resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#woken.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { begin = 'step', pauseMs, retryMs = pauseMs } = this.#options;
    const { signal } = this.#stopping;
    if (begin === 'pause') await this.#pause(pauseMs);
    while (!signal.aborted) {
      // Before the step, so that a call of `wake` during it is not lost.
      this.#woken = new AbortController();
      const outcome = await this.#step(signal);
      if (outcome === 'more' || signal.aborted) continue;
      await this.#pause(outcome === 'failed' ? retryMs : pauseMs);
    }
  }

  async #step(signal: AbortSignal): Promise<Progress | 'failed'> {
    const { name, logger, step } = this.#options;
    try {
      return await step(signal);
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ err: error, task: name }, 'a background step failed and will be retried');
      return 'failed';
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { jitter = 0 } = this.#options;
    const varied = milliseconds * (1 + jitter * (Math.random() - 0.5));
    await sleep(varied, undefined, { signal: this.#woken.signal, ref: false }).catch(() => undefined);
  }
}

import { setFlagsFromString } from 'node:v8';
import { type Transferable, Worker } from 'node:worker_threads';
import type { Logger } from '@px0/service-kit';
import type { TaskAnswer, TaskOrder, ThreadSettings } from '../thread/mod.ts';
import { HeavyRefusal } from './heavy-refusal.ts';

export interface ThreadOptions {
  /** The module whose export `tasks` holds the tasks. */
  readonly tasks: URL;
  /** What a task may take of a processor. */
  readonly processorMs: number;
  /** A task that takes longer by the clock is ended together with its thread: it does something that asks no meter, or the machine has no time for it. */
  readonly clockMs: number;
  readonly logger: Logger;
}

export interface ThreadTask {
  readonly name: string;
  readonly input: unknown;
  readonly transfer: readonly Transferable[];
  /** Instead of the thread's own bound. */
  readonly clockMs?: number | undefined;
}

/**
 * Of a worker's heap; a thread that needs more ends, and its task with it. No legal body may need more (an import of 4 MiB of empty objects
 * takes 350 MiB): V8 may find the heap above its limit once more while it takes the thread down, and then ends the whole process.
 */
export const HEAP_LIMIT_MIB = 512;

interface UnderWay {
  readonly number: number;
  readonly answer: PromiseWithResolvers<unknown>;
  readonly clock: NodeJS.Timeout;
}

/** One place of the pool: a worker thread, started with its first task and again after it has died. */
export class HeavyThread {
  readonly #options: ThreadOptions;
  readonly #abandoned = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  #underWay: UnderWay | undefined;
  #number = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  get isFree(): boolean {
    return this.#underWay === undefined;
  }

  /** Runs a task; the thread must be free. @throws HeavyRefusal tookTooLong, abandoned */
  run({ name, input, transfer, clockMs = this.#options.clockMs }: ThreadTask): Promise<unknown> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    this.#number += 1;
    const order: TaskOrder = { number: this.#number, name, input };
    const answer = Promise.withResolvers<unknown>();
    const clock = setTimeout(() => this.#endWorker(worker), clockMs);
    this.#underWay = { number: order.number, answer, clock };
    worker.ref();
    worker.postMessage(order, transfer);
    return answer.promise;
  }

  /** Ends the present task as soon as it looks at its meter: nobody waits for it any more. */
  abandon(): void {
    if (this.#underWay !== undefined) Atomics.store(this.#abandoned, 0, this.#underWay.number);
  }

  /** Ends the thread, and what it is at. */
  async close(): Promise<void> {
    this.#take()?.answer.reject(new HeavyRefusal('stopping'));
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const { tasks, processorMs, logger } = this.#options;
    const settings: ThreadSettings = { tasks: tasks.href, abandoned: this.#abandoned, processorMs };
    // The process's own bound of its heap, which it has applied already, would count for the thread instead of `resourceLimits`.
    setFlagsFromString('--max-old-space-size=0');
    const worker = new Worker(new URL('../thread/main.ts', import.meta.url), {
      workerData: settings,
      // Not the process's own: they load the SDK of OpenTelemetry.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
    });
    worker.on('message', (message: TaskAnswer) => this.#settle(worker, message));
    worker.on('error', (error: Error) => this.#died(worker, error));
    worker.on('exit', () => this.#died(worker, new Error('the thread has ended')));
    logger.debug({ thread: worker.threadId }, 'a thread for heavy renders has started');
    return worker;
  }

  /** The answer of a thread that was given up may still come, while the next one is at another task. */
  #settle(worker: Worker, message: TaskAnswer): void {
    if (this.#worker !== worker) return;
    const underWay = this.#take();
    if (underWay === undefined) return;
    const { answer } = underWay;
    if ('output' in message) answer.resolve(message.output);
    else if ('ended' in message) answer.reject(new HeavyRefusal(message.ended));
    else answer.reject(message.error);
  }

  #endWorker(worker: Worker): void {
    this.#options.logger.warn('a heavy render did not end and is ended with its thread');
    this.#died(worker, new Error('the thread did not answer'));
    void worker.terminate();
  }

  #died(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const underWay = this.#take();
    if (underWay === undefined) return;
    this.#options.logger.warn({ err: error }, 'a thread for heavy renders has died');
    underWay.answer.reject(new HeavyRefusal('tookTooLong', error));
  }

  /** The task is over, one way or the other: an idle thread keeps no process alive. */
  #take(): UnderWay | undefined {
    const underWay = this.#underWay;
    if (underWay !== undefined) clearTimeout(underWay.clock);
    this.#underWay = undefined;
    this.#worker?.unref();
    return underWay;
  }
}

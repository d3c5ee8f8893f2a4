/**
 * Sends telemetry from a thread of its own. Servers and HTTP clients share the streams and emitters of Node.js; a client next to a
 * server makes what V8 knows about them megamorphic, for as long as the process lives, and every request pays for it
 * (`docs/decisions/111-cheap-telemetry.md`).
 */
import { Worker } from 'node:worker_threads';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ExportAnswer, ExportOrder } from './export-worker.ts';
import type { Signal } from './otlp-protocol.ts';

/** Far more than a batch of spans and the process's metrics take. */
const HEAP_LIMIT_MIB = 64;

/** Starts its thread with the first export, and another one if it dies. It keeps no process alive that waits for nothing. */
export class ExportThread {
  readonly #underWay = new Map<number, PromiseWithResolvers<ExportResult>>();
  #worker: Worker | undefined;
  #ordered = 0;

  /** Sends an encoded request to the endpoint of its signal. Never rejects: what went wrong is in the result. */
  send(signal: Signal, data: Uint8Array): Promise<ExportResult> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const order: ExportOrder = { id: ++this.#ordered, signal, data };
    const result = Promise.withResolvers<ExportResult>();
    this.#underWay.set(order.id, result);
    worker.ref();
    worker.postMessage(order);
    return result.promise;
  }

  /** Resolves when nothing is under way any more of what has been sent until now. */
  async settled(): Promise<void> {
    await Promise.all(Array.from(this.#underWay.values(), ({ promise }) => promise));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./export-worker.ts', import.meta.url), {
      // Not the process's own: they load the SDK.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
    });
    let failure = new Error('the export thread has ended');
    worker.on('message', ({ id, error }: ExportAnswer) => this.#finish(worker, id, error));
    worker.on('error', (error: Error) => {
      failure = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const id of [...this.#underWay.keys()]) this.#finish(worker, id, failure);
    });
    return worker;
  }

  #finish(worker: Worker, id: number, error: Error | undefined): void {
    this.#underWay
      .get(id)
      ?.resolve(
        error === undefined ? { code: ExportResultCode.SUCCESS } : { code: ExportResultCode.FAILED, error },
      );
    this.#underWay.delete(id);
    if (this.#underWay.size === 0) worker.unref();
  }
}

/** What runs in a worker thread: the functions that a service hands to its pool, and what the thread gives each of them. */
import type { Meter } from '@px0/template';
import type { CompiledTemplates } from './compiled-templates.ts';

export interface Thread {
  /** Compiled templates of earlier tasks. */
  readonly templates: CompiledTemplates;
  /** Ends the task when it has used up its processor time, or when nobody waits for it any more. Hand it to renders, ask it in loops. */
  readonly meter: Meter;
  /** Has a buffer of the result moved to the main thread instead of copied. It must not be used afterwards. */
  transfer(buffer: ArrayBufferLike): void;
}

/** Input and output travel between threads: plain data and buffers. */
export type Task<Input, Output> = (input: Input, thread: Thread) => Output;

/** The tasks of a service by name. */
export interface Tasks {
  readonly [name: string]: Task<never, unknown>;
}

export type InputOf<T> = T extends Task<infer Input, unknown> ? Input : never;
export type OutputOf<T> = T extends Task<never, infer Output> ? Output : never;

/** What the main thread and a worker thread tell each other. */

export interface ThreadSettings {
  /** The module whose export `tasks` holds the tasks. */
  readonly tasks: string;
  readonly abandoned: Int32Array;
  readonly processorMs: number;
}

export interface TaskOrder {
  readonly number: number;
  readonly name: string;
  readonly input: unknown;
}

export type TaskAnswer =
  | { readonly output: unknown }
  | { readonly ended: 'tookTooLong' | 'abandoned' }
  | { readonly error: Error };

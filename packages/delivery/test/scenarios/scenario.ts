/** The form of a scenario, as the files in `vectors/delivery` hold it. */
import type { Frame } from '../../src/mod.ts';

export interface Scenario {
  readonly id: string;
  /** The rule that it shows. */
  readonly about: string;
  /** Why the real px0 never sends this: something else has answered, or a fault is played. Absent: it is held to the scenario. */
  readonly foreign?: string;
  readonly options: ScenarioOptions;
  /** Contents of files that are there at the start, by the name of their option. */
  readonly files?: { readonly state_file?: readonly (object | string)[] };
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioOptions {
  readonly mode: 'stream' | 'poll' | 'file';
  readonly slugs?: readonly string[];
  readonly team_id?: string;
  readonly poll_interval_ms?: number;
  readonly init_timeout_ms?: number;
}

/** A text, repeated or not. */
export type Piece =
  | string
  | { readonly repeat: string; readonly times: number }
  | { readonly base64: string };

export interface ExpectedRequest {
  /** With its query. */
  readonly path: string;
  /** Of `Last-Event-ID`, `If-None-Match`, `Px0-Min-Revision` and `Px0-Consistency`: those that must be there; the others must not. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type ScenarioAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Of an answer that is not 200. */
      readonly body?: string;
    }
  /** There is none. */
  | 'unreachable'
  /** It does not come within the times of the scenario. */
  | 'never';

export interface ExpectedResult {
  readonly text?: string;
  readonly version?: number;
  readonly source?: string;
  readonly stale?: boolean;
  readonly revision?: string | null;
  readonly age_ms?: number;
  readonly prompt_id?: string;
  readonly team_id?: string;
  /** As the header `Px0-Contract` has it, or null. */
  readonly contract?: object | null;
}

export interface ExpectedError {
  readonly class:
    | 'NotFoundError'
    | 'UnauthorizedError'
    | 'ForbiddenError'
    | 'InvalidRequestError'
    | 'UsageError';
  readonly status?: number;
  readonly message?: string;
  readonly missing?: readonly object[];
  readonly unknown?: readonly object[];
  readonly invalid?: readonly object[];
  readonly more?: number;
}

export type ScenarioStep = { readonly at: number } & (
  | { readonly connect: ExpectedRequest; readonly answer: ScenarioAnswer }
  /** On the latest connection, or the one with this number, from 0 on. */
  | { readonly frame: Frame | Readonly<Record<string, unknown>>; readonly on?: number }
  | { readonly bytes: readonly Piece[]; readonly on?: number }
  | { readonly cut: 'end' | 'break'; readonly on?: number }
  /** The client has closed this connection (or not). */
  | { readonly closed: boolean; readonly on: number }
  | {
      readonly render: {
        readonly slug: string;
        readonly team_id?: string;
        readonly version?: number;
        readonly tag?: string;
        readonly variables?: Readonly<Record<string, unknown>>;
        readonly missing_key?: 'error' | 'default' | 'zero';
        readonly contract?: 'warn' | 'enforce';
        /** A revision that the client has noted itself. */
        readonly noted?: string;
      };
      /** After so many milliseconds there is a result, and not before; 0 unless given. */
      readonly takes?: number;
      readonly result?: ExpectedResult;
      readonly error?: ExpectedError;
      /** px0 must be asked, if it may be: nothing that is held can answer. */
      readonly remote?: true;
    }
  | { readonly status: Readonly<Record<string, unknown>> }
  /** The changes since the last such step, each with these members. */
  | { readonly change: readonly Readonly<Record<string, unknown>>[] }
  /** How many warnings there were since the last such step. */
  | { readonly warning: number }
  /** The lines of the state file, each with these members. */
  | { readonly file: readonly Readonly<Record<string, unknown>>[] }
  | { readonly reconnect: true }
  | { readonly close: true }
);

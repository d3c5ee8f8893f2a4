/** What travels: one JSON object for each fact, the same in streams, snapshots, state files and bundles. */
import type { OutlineEntry, SourceStretch } from '@px0/template';

/** The one protocol of `hello` that there is. */
export const PROTOCOL = 1;

/** A frame's line has at most this many bytes. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The lowest version of the template language that all templates of today need: `gotpl/1`. */
export const LANGUAGE_LEVEL = 1;

/** A version as it is delivered: what renders it. It may hold keys that only a later px0 knows. */
export interface DeliveredVersion {
  readonly version: number;
  readonly status: string;
  /** The program's text; null when `missing` says why. */
  readonly template: string | null;
  readonly outline?: readonly OutlineEntry[];
  readonly sources?: readonly SourceStretch[];
  /** Compact JSON text. */
  readonly config?: string;
  /** What the variables must be; delivered while the prompt's contract is not off. Where it is absent, what the program needs of itself. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** `pending`: follows in another `put`. `too_large`: must be rendered remotely. */
  readonly missing?: string;
  /** Language level: the lowest version of the template language that the template needs. */
  readonly language: number;
}

/** A prompt as it is delivered. It may hold keys that only a later px0 knows: they are kept, never applied. */
export interface DeliveredPrompt {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly created_at: string;
  /** Number of the live version. */
  readonly live: number | null;
  readonly tags: Readonly<Record<string, number>>;
  /** The live version and every tagged one, ascending by number. */
  readonly versions: readonly DeliveredVersion[];
  /** `warn` or `enforce`; absent when it is off. */
  readonly contract?: string | undefined;
  /** The fingerprint: 16 hexadecimal digits. */
  readonly etag: string;
}

/** From when to when to wait at random before the next attempt, in milliseconds. */
export type RetryRange = readonly [least: number, most: number];

export interface HelloFrame {
  readonly type: 'hello';
  readonly protocol: number;
  readonly resumed: boolean;
  readonly stale: boolean;
  readonly heartbeat_ms: number;
  readonly retry_ms: RetryRange;
}

/** Opens a team in a transfer: all of it (`base` null), or what changed since `base`. */
export interface BeginFrame {
  readonly type: 'begin';
  readonly team_id: string;
  readonly base: string | null;
}

export interface PutFrame {
  readonly type: 'put';
  readonly team_id: string;
  readonly revision: string;
  readonly prompt: DeliveredPrompt;
}

/** The prompt is deleted, or has moved away. */
export interface DeleteFrame {
  readonly type: 'delete';
  readonly team_id: string;
  readonly revision: string;
  readonly prompt_id: string;
}

/** The caller does not see this team any more. */
export interface DropFrame {
  readonly type: 'drop';
  readonly team_id: string;
}

export interface MarkedTeam {
  readonly team_id: string;
  readonly prev: string;
  readonly revision: string;
  readonly digest: string;
  readonly count: number;
}

/** Closes a batch of changes. */
export interface MarkFrame {
  readonly type: 'mark';
  readonly revision: string;
  readonly teams: readonly MarkedTeam[];
}

/** Closes a transfer; lists every team of the audience. */
export interface SyncFrame {
  readonly type: 'sync';
  readonly revision: string;
  readonly digest: string;
  readonly count: number;
  readonly key_expires_at?: string | null;
  readonly teams: readonly { readonly team_id: string; readonly revision: string }[];
}

export interface HeartbeatFrame {
  readonly type: 'heartbeat';
  readonly revision: string;
  readonly digest: string;
  readonly count: number;
  readonly stale: boolean;
}

/** Asks the client to open another connection. */
export interface GoawayFrame {
  readonly type: 'goaway';
  /** `drain`, `rebalance`, `overload`, or what a later px0 says. */
  readonly reason: string;
  readonly retry_ms: RetryRange;
  readonly grace_ms: number;
}

/** The last frame: px0 refuses this caller from now on. */
export interface EndFrame {
  readonly type: 'end';
  readonly status: number;
  readonly error: string;
}

export type Frame =
  | HelloFrame
  | BeginFrame
  | PutFrame
  | DeleteFrame
  | DropFrame
  | MarkFrame
  | SyncFrame
  | HeartbeatFrame
  | GoawayFrame
  | EndFrame;

/** What a client that holds prompts tells of them. */

/**
 * `initializing`: nothing is held yet. `ready`: what is held is current. `stale`: px0 has not confirmed it just now. `offline`: nor in the last minute.
 * `refused`: px0 refuses the token. `closed`: after `close`.
 */
export type ClientState = 'initializing' | 'ready' | 'stale' | 'offline' | 'refused' | 'closed';

export interface ClientStatus {
  readonly state: ClientState;
  /** Since when it is in this state, in milliseconds since 1970. */
  readonly since: number;
  /** px0's revision of what is held; null while that is nothing. */
  readonly revision: string | null;
  /** How long ago px0 confirmed what is held; null when it never has. */
  readonly ageMs: number | null;
  readonly prompts: number;
  readonly teams: number;
  /** How often everything had to be asked for again because what was delivered did not add up. */
  readonly repairs: number;
  /** Why the latest attempt to reach px0 has failed; null when it has not. */
  readonly lastError: string | null;
}

/** What of a prompt can change. */
export interface PromptState {
  /** Number of the live version. */
  readonly live: number | null;
  readonly tags: Readonly<Record<string, number>>;
  readonly status: string;
}

/** A change of a prompt that is held. */
export interface PromptChange {
  /** `*` for `many`. */
  readonly slug: string;
  readonly promptId: string | null;
  readonly teamId: string | null;
  /** `text`: a tagged draft was edited. `many`: more changes than are told one by one. */
  readonly kind: 'added' | 'removed' | 'live' | 'tags' | 'status' | 'text' | 'many';
  readonly before: PromptState | null;
  readonly after: PromptState | null;
}

/** A prompt that is held. */
export interface HeldPrompt extends PromptState {
  readonly slug: string;
  readonly promptId: string;
  readonly teamId: string;
  /** Numbers of the versions that are held: the live one and those with a tag. */
  readonly versions: readonly number[];
}

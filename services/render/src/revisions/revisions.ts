// What a render asks about revisions: a narrow face of the projection, so that the hot path does not depend on how it follows the stream.

/** Whether this process has applied what a token names. */
export type RevisionJudgement = 'reached' | 'behind' | 'malformed';

export interface Revisions {
  /** Whether everything that existed when the process started has been applied; before that it has no answers. */
  readonly ready: boolean;
  /** Waits a bounded time for that; whether it is so then. */
  started(): Promise<boolean>;
  /** The token of what this process has applied; undefined before the first state was read. */
  token(): string | undefined;
  /** Whether the stream can be followed at the moment; if not, answers may lack the latest writes. */
  readonly following: boolean;
  judge(token: string): RevisionJudgement;
  /** Waits a bounded time, and not at all when waiting is vain; whether the token's revision was reached. */
  waitFor(token: string): Promise<boolean>;
  /** Waits a bounded time, and not at all when waiting is vain, for events that make the condition true; whether it is then. */
  waitUntil(isTrue: () => boolean): Promise<boolean>;
  /**
   * Makes sure that this process is not merely behind: asks the stream for its last position and waits a bounded time to reach it.
   * False when that was not possible.
   */
  confirm(): Promise<boolean>;
}

/** What a render asks about revisions: a narrow face of the projection, so that the hot path does not depend on how it follows the stream. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Demand, RevisionToken } from '@px0/event-bus';

export interface Revisions {
  /** Whether everything that existed when the process started has been applied; before that it has no answers. */
  readonly ready: boolean;
  /** Waits a bounded time until the process is ready; whether it is ready then. */
  started(): Promise<boolean>;
  /** The token of what this process has applied; undefined before the first state was read. */
  token(): string | undefined;
  /** Whether the process follows the stream. If not, its answers may lack the latest writes. */
  readonly connected: boolean;
  /** What the request's headers demand. @throws ApiError invalidConsistency, invalidRevision */
  demandOf(headers: IncomingHttpHeaders): Demand;
  /** Whether a look at memory shows that this process has applied what the token covers. If not, `waitFor` decides. */
  covers(token: RevisionToken): boolean;
  /** Waits a bounded time, and not at all when waiting is in vain; whether the token's revision was reached. */
  waitFor(token: RevisionToken): Promise<boolean>;
  /** Waits a bounded time, and not at all when waiting is in vain, for events that make the condition true; whether it is true then. */
  waitUntil(isTrue: () => boolean): Promise<boolean>;
  /**
   * Makes sure that this process is not merely behind: asks the stream for its last position and waits a bounded time to reach it.
   * False when that was not possible.
   */
  confirm(): Promise<boolean>;
}

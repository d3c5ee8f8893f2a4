/** The author of a change, as the audit log records it: a person, or the service itself. */
import type { UserId } from '@px0/contracts';

export interface Actor {
  /** Undefined: the service itself. */
  readonly userId: UserId | undefined;
}

/** The service itself: sagas, chores, the key ring. */
export const systemActor: Actor = { userId: undefined };

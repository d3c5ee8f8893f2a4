/**
 * Removes in the background what deleted organizations and teams leave behind, and what expired, in steps small enough that none holds a lock for
 * long. Readers do not wait for it: what is below a deleted parent counts as deleted. The next run of any replica finds a step
 * that was not finished.
 * See docs/decisions/061-deleting-in-steps.md.
 */
import { Background, type Lookout, WATCHED_PAUSE_MS } from '@px0/owner';
import type { Logger } from '@px0/service-kit';
import { systemActor } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { deleteExpiredInvitations, INVITATIONS_EXPIRED } from '../invitations/mod.ts';
import {
  deleteJoinRequests,
  deleteOrganizations,
  deleteTeams,
  endMemberships,
  endTeams,
  IS_DELETED_LEFT,
} from './store.ts';

/** Some 50 ms for a step with an event per row: a request that waits for what is owed waits no longer than that. */
const STEP_ROWS = 100;
const RETRY_MS = 10_000;

/** Parents' events first, rows last: a row is deleted when nothing refers to it any more. */
const steps = [
  endTeams,
  endMemberships,
  deleteJoinRequests,
  deleteTeams,
  deleteOrganizations,
  deleteExpiredInvitations,
];

export function cleanup(changes: Changes, lookout: Pick<Lookout, 'watch'>, logger: Logger): Background {
  const loop = new Background({
    name: 'cleanup',
    logger,
    pauseMs: WATCHED_PAUSE_MS,
    retryMs: RETRY_MS,
    step: () => cleanUp(changes),
  });
  // Also what another replica, or the process before, left unfinished.
  lookout.watch(`${IS_DELETED_LEFT} OR ${INVITATIONS_EXPIRED}`, () => loop.wake());
  return loop;
}

/** One bounded step of the first kind that finds something. */
async function cleanUp(changes: Changes): Promise<'more' | 'none'> {
  for (const step of steps) {
    if (await changes.make(systemActor, (change) => step(change, STEP_ROWS), 'awaited')) return 'more';
  }
  return 'none';
}

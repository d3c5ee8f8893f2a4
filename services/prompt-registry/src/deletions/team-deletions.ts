/** The saga that records teams which tenancy has deleted. Its effect is one row, so it never holds up the events behind it. */
import type { OwnerSaga } from '@px0/owner';
import type { Actor, AuditNote } from '../changes/mod.ts';
import { addDeletedTeam } from './store.ts';

/**
 * A deleted organization needs no effect of its own: tenancy publishes the tombstone of each of its teams, too, and until that arrives
 * the access projection counts them as gone.
 */
export function teamDeletions(sweeper: { wake(): void }): OwnerSaga<'prompt', Actor, AuditNote> {
  return {
    name: 'registry.team-deletions',
    wants: (name) => name === 'team',
    effect: async (change, event) => {
      if (!event.deleted) return;
      await addDeletedTeam(change, event.id);
      change.afterCommit(() => sweeper.wake());
    },
  };
}

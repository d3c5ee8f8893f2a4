/** The saga that records teams which tenancy has deleted. Its effect is one row, so it never holds up the events behind it. */
import type { OwnerSaga } from '@px0/owner';
import type { Actor, AuditNote } from '../changes/mod.ts';
import { addDeletedTeam, deletePoliciesOfOrg, deletePoliciesOfTeam } from './store.ts';

/**
 * The prompts of a deleted organization need no effect of its own: tenancy publishes the tombstone of each of its teams, too, and until that
 * arrives the access projection counts them as gone. Its policies go with it.
 */
export function teamDeletions(sweeper: { wake(): void }): OwnerSaga<'prompt', Actor, AuditNote> {
  return {
    name: 'registry.team-deletions',
    wants: (name) => name === 'team' || name === 'organization',
    effect: async (change, event) => {
      if (!event.deleted) return;
      if (event.name === 'organization') {
        await deletePoliciesOfOrg(change, event.id);
        return;
      }
      await addDeletedTeam(change, event.id);
      await deletePoliciesOfTeam(change, event.id);
      change.afterCommit(() => sweeper.wake());
    },
  };
}

/** The saga that notes teams which tenancy has deleted. Its effect is one row, so it never holds up the events behind it. */
import type { SagaDefinition } from '@px0/event-bus';
import type { Tx } from '../database/db.ts';
import type { DeletedTeamStore } from './store.ts';

/**
 * A deleted organization needs no effect of its own: tenancy publishes the tombstone of each of its teams, too, and until that arrives
 * the access projection counts them as gone.
 */
export function teamDeletions(store: DeletedTeamStore, wakeSweeper: () => void): SagaDefinition<Tx> {
  return {
    name: 'registry.team-deletions',
    wants: (name) => name === 'team',
    effect: async (tx, event) => {
      if (!event.deleted) return;
      await store.add(tx, event.id);
      wakeSweeper();
    },
  };
}

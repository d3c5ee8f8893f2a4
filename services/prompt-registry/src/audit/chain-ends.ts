/** The saga that ends the audit chains of organizations that tenancy has deleted. */
import { endChain, type OwnerSaga } from '@px0/owner';
import { type Actor, type AuditNote, rules } from '../changes/mod.ts';

export const chainEnds: OwnerSaga<'prompt', Actor, AuditNote> = {
  name: 'registry.audit-chain-ends',
  wants: (name) => name === 'organization',
  concerns: ({ deleted }) => deleted,
  effect: async (change, event) => {
    if (event.name === 'organization') await endChain(change, rules.chainNote, event.id);
  },
};

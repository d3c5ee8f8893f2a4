/** The last entry of the chain of an organization that was deleted. */
import type { EntityName, OrganizationId } from '@px0/contracts';
import type { Change } from '../changes/change.ts';
import type { ChainNote } from '../changes/rules.ts';
import { sql } from '../database/sql.ts';

/** A restore or retention may have written behind it. */
const NEAR_THE_END = 100;

/** Notes it once, however often the event comes. `noteOf` is that of the service's rules. */
export async function endChain<Name extends EntityName, Actor, Note>(
  change: Change<Name, Actor, Note>,
  noteOf: (note: ChainNote) => Note,
  orgId: OrganizationId,
): Promise<void> {
  const ended = await change.query(sql`
    SELECT FROM audit_heads h JOIN audit_chain c ON c.org_id = h.org_id AND c.number > h.number - ${NEAR_THE_END}::int
    JOIN audit_wire w ON w.id = c.entry_id
    WHERE h.org_id = ${orgId}::uuid AND w.action = 'organization.deleted'
    UNION ALL
    SELECT FROM audit_unsealed u JOIN audit_wire w ON w.id = u.entry_id
    WHERE w.org_id = ${orgId}::uuid AND w.action = 'organization.deleted'`);
  if (ended.length === 0) await change.audit(noteOf({ action: 'organization.deleted', orgId, details: {} }));
}

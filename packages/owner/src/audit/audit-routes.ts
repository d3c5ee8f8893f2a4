/** The export and the erasure of an organization's chain, alike in every service that owns tables. */

import { type AccessProjection, type Action, type Principal, requireAllowedOn } from '@px0/access';
import { headText } from '@px0/audit';
import type { EntityName } from '@px0/contracts';
import { ApiError, type Handlers, SerializedJson } from '@px0/service-kit';
import type { Changes } from '../changes/changes.ts';
import type { ChangeRules } from '../changes/rules.ts';
import { sql } from '../database/sql.ts';
import type { SqlClient } from '../database/sql-client.ts';
import type { OwnerContext } from '../outbox/outbox.ts';
import { readAudit } from './read-audit.ts';

interface AuditRoutesOptions<Name extends EntityName, Actor, Note> {
  readonly context: OwnerContext;
  readonly client: SqlClient;
  readonly changes: Changes<Name, Actor, Note>;
  readonly access: AccessProjection;
  readonly rules: ChangeRules<Name, Actor, Note>;
}

const HEAD_HEADER = 'Px0-Audit-Head';
const LINES = 'application/x-ndjson; charset=utf-8';

const operations = {
  identity: { export: 'exportIdentityAudit', erase: 'eraseIdentityAuditText' },
  tenancy: { export: 'exportTenancyAudit', erase: 'eraseTenancyAuditText' },
  registry: { export: 'exportRegistryAudit', erase: 'eraseRegistryAuditText' },
} as const satisfies { readonly [C in OwnerContext]: { readonly export: Action; readonly erase: Action } };

export function auditRoutes<Name extends EntityName, Actor, Note>(
  options: AuditRoutesOptions<Name, Actor, Note>,
): Handlers<Principal> {
  const { context, client, changes, access, rules } = options;
  const names = operations[context];

  /** @throws ApiError organizationNotFound, forbidden */
  const requireOn = (principal: Principal, action: Action, orgId: string): void => {
    if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
    requireAllowedOn(access, principal, action, { orgId });
  };
  const exportAudit: NonNullable<Handlers<Principal>['exportRegistryAudit']> = async ({
    principal,
    params,
    query,
    setHeader,
  }) => {
    requireOn(principal, names.export, params.orgID);
    const { head, pieces } = await readAudit(client, context, params.orgID, query);
    setHeader(HEAD_HEADER, headText(head));
    return new SerializedJson(pieces, LINES);
  };
  const eraseText: NonNullable<Handlers<Principal>['eraseRegistryAuditText']> = async ({
    principal,
    params,
  }) => {
    const { orgID: orgId, number } = params;
    requireOn(principal, names.erase, orgId);
    if (!/^[1-9][0-9]{0,15}$/.test(number)) throw new ApiError('auditEntryNotFound');
    await changes.make(rules.actorOf(principal), async (change) => {
      const [entry] = await change.query<{ id: string }>(
        sql`SELECT entry_id::text AS id FROM audit_chain WHERE org_id = ${orgId}::uuid AND number = ${number}::bigint`,
      );
      if (entry === undefined) throw new ApiError('auditEntryNotFound');
      const erased = await change.writePrivate(sql`
        UPDATE audit_texts SET salt = NULL, text = NULL, erased_at = clock_timestamp()
        WHERE entry_id = ${entry.id}::bigint AND erased_at IS NULL RETURNING entry_id`);
      if (erased.length > 0)
        await change.audit(rules.chainNote({ action: 'audit.text_erased', orgId, details: { number } }));
    });
    return undefined;
  };
  return { [names.export]: exportAudit, [names.erase]: eraseText };
}

/** The audit that can be checked: the chains of an organization, one for each service, and what a person is shown of their own account. */
import { z } from 'zod';
import { defineRoutes, textParam, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText } from '../values.ts';

const orgID = uuidParam('invalidId', 'The id of the organization.');

/** What the three exports share. */
function exportRoute(context: 'identity' | 'tenancy' | 'registry', name: string) {
  return {
    method: 'GET',
    path: `/v1/orgs/{orgID}/audit/${context}`,
    auth: 'management',
    cost: 'read',
    patience: 'long',
    successHeaders: ['Px0-Audit-Head'],
    summary: `Export ${name} Audit`,
    description: `Returns the audit chain of an organization in ${context}, one entry per line in the order of their numbers. Requires admin rights on the organization; an API key needs operation \`admin\` and no list of teams.`,
    params: { orgID },
    query: z.object({
      after: queryText('Only entries with a larger number.'),
      before: queryText('Only entries with a smaller number.'),
      order: queryText('`asc`: smallest number first; `desc`: largest first. Default: `asc`.'),
      limit: queryText('The most entries, 1000 when missing, at most 10000.'),
      action: queryText('Only this action, or with `group.*` the actions of a group.'),
      actor: queryText('Only actions of this user or API key, or of keys that this user made: a UUID.'),
      team_id: queryText('Only entries about this team: a UUID.'),
      from: queryText('Only entries of this time or later, in RFC 3339.'),
      to: queryText('Only entries before this time, in RFC 3339.'),
    }),
    success: { status: 200, schema: schemas.AuditLine, media: 'application/x-ndjson' },
    errors: [
      'invalidId',
      'organizationNotFound',
      'forbidden',
      'invalidCursor',
      'invalidSort',
      'invalidLimit',
      'invalidTimeRange',
    ],
  } as const;
}

/** What the three erasures share. */
function eraseRoute(context: 'identity' | 'tenancy' | 'registry', name: string) {
  return {
    method: 'DELETE',
    path: `/v1/orgs/{orgID}/audit/${context}/{number}/text`,
    auth: 'session',
    cost: 'write',
    summary: `Erase ${name} Audit Text`,
    description: `Erases the text that was written freely with an entry of the audit in ${context}. The entry stays, and the chain still verifies. Requires admin rights on the organization.`,
    params: { orgID, number: textParam('The number of the entry in its chain.') },
    success: { status: 204, schema: null },
    errors: ['invalidId', 'organizationNotFound', 'forbidden', 'auditEntryNotFound'],
  } as const;
}

export const identityAuditRoutes = defineRoutes(
  { tag: 'Audit', owner: 'identity' },
  {
    exportIdentityAudit: exportRoute('identity', 'Identity'),
    eraseIdentityAuditText: eraseRoute('identity', 'Identity'),
    listMyAudit: {
      method: 'GET',
      path: '/v1/auth/me/audit',
      auth: 'session',
      cost: 'read',
      summary: 'List My Audit',
      description:
        "Returns what happened to the caller's account and belongs to no organization, newest first, 50 entries a page: registration, verification, changes of address and password.",
      query: z.object({
        cursor: queryText('The `next_cursor` of the previous page. Default: start with the newest entries.'),
      }),
      success: {
        status: 200,
        schema: z.object({
          entries: z.array(schemas.AccountAuditEntry),
          next_cursor: z.string().exactOptional().meta({ description: 'Absent on the last page.' }),
        }),
      },
      errors: ['invalidCursor'],
    },
  },
);

export const tenancyAuditRoutes = defineRoutes(
  { tag: 'Audit', owner: 'tenancy' },
  {
    exportTenancyAudit: exportRoute('tenancy', 'Tenancy'),
    eraseTenancyAuditText: eraseRoute('tenancy', 'Tenancy'),
  },
);

export const registryAuditRoutes = defineRoutes(
  { tag: 'Audit', owner: 'prompt-registry' },
  {
    exportRegistryAudit: exportRoute('registry', 'Registry'),
    eraseRegistryAuditText: eraseRoute('registry', 'Registry'),
  },
);

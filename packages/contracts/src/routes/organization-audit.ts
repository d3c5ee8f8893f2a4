/** The audit log of an organization, for its admins. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText } from '../values.ts';

export const organizationAuditRoutes = defineRoutes(
  { tag: 'Organizations', owner: 'tenancy' },
  {
    listOrgAudit: {
      method: 'GET',
      path: '/v1/orgs/{id}/audit',
      auth: 'management',
      cost: 'read',
      summary: 'List Organization Audit',
      description:
        'Returns the audit log of an organization, newest first: what was created, renamed, moved or deleted, memberships and role changes, decisions on join requests, and by whom. Requires admin rights on the organization.',
      params: { id: uuidParam('invalidId', 'The id of the organization.') },
      query: z.object({
        cursor: queryText('The `next_cursor` of the previous page. Default: start with the newest entries.'),
        limit: queryText('The size of a page, 50 when missing, at most 100.'),
      }),
      success: {
        status: 200,
        schema: z.object({
          entries: z.array(schemas.OrganizationAuditEntry),
          next_cursor: z.string().exactOptional().meta({ description: 'Absent on the last page.' }),
        }),
      },
      errors: ['invalidId', 'organizationNotFound', 'forbidden', 'invalidCursor'],
    },
  },
);

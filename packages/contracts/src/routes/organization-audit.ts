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
        'Who created, renamed, moved or deleted what, who joined, left or got another role, and who decided about join requests; the newest first. For admins of the organization.',
      params: { id: uuidParam('invalidId', 'The id of the organization.') },
      query: z.object({
        cursor: queryText('The `next_cursor` of the page before; omitted: the newest entries.'),
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

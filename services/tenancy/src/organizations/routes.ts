/** Organizations over HTTP. */

import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Organizations } from './organizations.ts';
import type { OrganizationRow } from './store.ts';

export function organizationRoutes(organizations: Organizations) {
  return {
    createOrg: async ({ principal, body }) => ({
      org: onWire(await organizations.create(callerOf(principal), body)),
    }),
    updateOrg: async ({ principal, params, body }) => ({
      org: onWire(await organizations.rename(callerOf(principal), params.id, body)),
    }),
    deleteOrg: async ({ principal, params }) => {
      await organizations.delete(callerOf(principal), params.id);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

function onWire({ id, name, createdAt }: OrganizationRow): Wire<'Organization'> {
  return { id, name, created_at: createdAt.toISOString() };
}

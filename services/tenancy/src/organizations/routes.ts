/** Organizations over HTTP. */

import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { CreateOrganization } from './create-organization.ts';
import type { DeleteOrganization } from './delete-organization.ts';
import type { RenameOrganization } from './rename-organization.ts';
import type { OrganizationRow } from './store.ts';

export interface OrganizationCommands {
  readonly create: CreateOrganization;
  readonly rename: RenameOrganization;
  readonly delete: DeleteOrganization;
}

export function organizationRoutes(organizations: OrganizationCommands) {
  return {
    createOrg: async ({ principal, body }) => ({
      org: organizationOnWire(await organizations.create.run(callerOf(principal), body)),
    }),
    updateOrg: async ({ principal, params, body }) => ({
      org: organizationOnWire(await organizations.rename.run(callerOf(principal), params.id, body)),
    }),
    deleteOrg: async ({ principal, params }) => {
      await organizations.delete.run(callerOf(principal), params.id);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

function organizationOnWire({ id, name, createdAt }: OrganizationRow): Wire<'Organization'> {
  return { id, name, created_at: createdAt.toISOString() };
}

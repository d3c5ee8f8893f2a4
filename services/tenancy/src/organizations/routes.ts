/** Organizations over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { CreateOrganization } from './create-organization.ts';
import { DeleteOrganization } from './delete-organization.ts';
import { RenameOrganization } from './rename-organization.ts';
import type { OrganizationRow } from './store.ts';

export interface OrganizationDependencies {
  readonly changes: Changes;
  /** Called after an organization was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export function organizationRoutes({ changes, onDeleted }: OrganizationDependencies) {
  const organizations = {
    create: new CreateOrganization(changes),
    rename: new RenameOrganization(changes),
    delete: new DeleteOrganization({ changes, onDeleted }),
  };
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

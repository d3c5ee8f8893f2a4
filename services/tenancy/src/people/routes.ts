/** An organization's people over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { pageRequest } from '../paging/page.ts';
import type { People } from './people.ts';
import type { PersonRow } from './store.ts';

export function peopleRoutes(people: People) {
  return {
    listOrgPeople: async ({ principal, params, query }) => {
      const { items, page, limit, total } = await people.list(
        callerOf(principal),
        params.orgID,
        pageRequest(query),
      );
      return { people: items.map(onWire), page, limit, total };
    },
  } satisfies Handlers<Principal>;
}

function onWire({ id, email, isAdmin, isVerified, createdAt }: PersonRow): Wire<'User'> {
  return { id, email, is_admin: isAdmin, is_verified: isVerified, created_at: createdAt.toISOString() };
}

/** An organization's people over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { pageRequest, type Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { ListPeople } from './list-people.ts';
import type { PersonRow } from './store.ts';

export function peopleRoutes(reader: Reader) {
  const listPeople = new ListPeople(reader);
  return {
    listOrgPeople: async ({ principal, params, query }) => {
      const { items, page, limit, total } = await listPeople.run(
        callerOf(principal),
        params.orgID,
        pageRequest(query),
        query,
      );
      return { people: items.map(personOnWire), page, limit, total };
    },
  } satisfies Handlers<Principal>;
}

function personOnWire(person: PersonRow): Wire<'User'> {
  const { id, email, isAdmin, isVerified, createdAt, places, placeCount } = person;
  return {
    id,
    email,
    is_admin: isAdmin,
    is_verified: isVerified,
    created_at: createdAt.toISOString(),
    teams: places.map((place) => ({ id: place.id, name: place.name, role: place.role })),
    team_count: placeCount,
  };
}

/** The caller's own organizations. A key sees those of its acting user that are in its own organization. */
import type { Reader } from '@px0/owner';
import type { Caller } from '../authority/mod.ts';
import { type OrganizationWithRoleRow, onlyOrganization, organizationsOf } from './store.ts';

export class ListOwnOrganizations {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  run(caller: Caller): Promise<OrganizationWithRoleRow[]> {
    return organizationsOf(this.#reader, caller.userId, onlyOrganization(caller));
  }
}

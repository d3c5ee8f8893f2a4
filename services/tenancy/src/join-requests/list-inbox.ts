/** Lists the join requests that wait for the caller's decision. */
import type { Reader } from '@px0/owner';
import type { Caller } from '../authority/mod.ts';
import { type InboxFilter, type InboxRow, pendingFor } from './store.ts';

export class ListInbox {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The pending requests that the caller may resolve, the newest first. */
  run(caller: Caller): Promise<InboxRow[]> {
    return pendingFor(this.#reader, caller.userId, inboxFilter(caller));
  }
}

/** A key may resolve what its acting user may, within its own organization and scope. */
function inboxFilter({ principal }: Caller): InboxFilter {
  if (principal.kind === 'session') return {};
  const { orgId, scope } = principal;
  return scope.kind === 'organization' ? { orgId } : { orgId, teamIds: scope.teamIds };
}

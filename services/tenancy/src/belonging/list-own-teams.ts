/** The caller's own teams. A key sees those of its acting user that are in its own organization. */
import type { Reader } from '@px0/owner';
import type { Caller } from '../authority/mod.ts';
import { type OwnTeamRow, onlyOrganization, teamsOf } from './store.ts';

export class ListOwnTeams {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  run(caller: Caller): Promise<OwnTeamRow[]> {
    return teamsOf(this.#reader, caller.userId, onlyOrganization(caller));
  }
}

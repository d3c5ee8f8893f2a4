/** Reads prompts: one by id or slug, or the list of a team. */
import type { Principal } from '@px0/access';
import { parseUuid, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import { readGate, requireReader, type TeamAccess } from '../gates/mod.ts';
import { type ListParameters, parseListQuery } from './list-query.ts';
import type { PromptListStore, PromptPage } from './list-store.ts';
import type { PromptRow } from './prompt-row.ts';
import type { PromptStore } from './store.ts';

export interface ReadPromptsDependencies {
  readonly db: Db;
  readonly access: TeamAccess;
  readonly store: PromptStore;
  readonly lists: PromptListStore;
}

export class ReadPrompts {
  readonly #deps: ReadPromptsDependencies;

  constructor(deps: ReadPromptsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound */
  async byId(principal: Principal, id: string): Promise<PromptRow> {
    const { db, access, store } = this.#deps;
    return readGate(access, principal, await store.byId(db, id));
  }

  /**
   * A text that is a UUID is an id and nothing else; any other is a slug, exact and case-sensitive, among the teams that the caller
   * reads, or in `team` alone.
   *
   * @throws ApiError invalidId, forbidden (both about `team`), promptNotFound
   */
  async byIdOrSlug(principal: Principal, text: string, team: string | undefined): Promise<PromptRow> {
    const { db, access, store } = this.#deps;
    const id = parseUuid(text);
    if (id !== undefined) return this.byId(principal, id);
    const teams =
      team === undefined || team === ''
        ? [...access.readableTeams(principal)]
        : [this.#team(principal, team)];
    return readGate(access, principal, await store.bySlug(db, text, teams));
  }

  /** @throws ApiError forbidden and what `parseListQuery` throws */
  list(principal: Principal, teamId: TeamId, parameters: ListParameters): Promise<PromptPage> {
    const { db, access, lists } = this.#deps;
    requireReader(access, principal, teamId);
    return lists.list(db, teamId, parseListQuery(parameters));
  }

  /** As `list`, of the team that a query parameter names; without one the list is empty. @throws ApiError invalidId, forbidden */
  async listOfNamedTeam(
    principal: Principal,
    team: string | undefined,
    parameters: ListParameters,
  ): Promise<PromptPage> {
    if (team === undefined || team === '') return { rows: [], next: undefined };
    return this.list(principal, this.#uuid(team), parameters);
  }

  #team(principal: Principal, text: string): TeamId {
    const teamId = this.#uuid(text);
    requireReader(this.#deps.access, principal, teamId);
    return teamId;
  }

  #uuid(text: string): TeamId {
    const id = parseUuid(text);
    if (id === undefined) throw new ApiError('invalidId');
    return id;
  }
}

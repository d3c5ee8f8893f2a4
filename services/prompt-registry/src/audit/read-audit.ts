/** Who may read the audit log: whoever may read the prompt, or the team. */
import type { Principal } from '@px0/access';
import type { PromptId, TeamId } from '@px0/contracts';
import type { Db } from '../database/db.ts';
import { requireReader, type TeamAccess } from '../gates/mod.ts';
import { parseLimit, parseNumber } from '../paging/mod.ts';
import type { ReadPrompts } from '../prompts/mod.ts';
import type { AuditPage, AuditPageRequest, AuditStore } from './store.ts';

export interface ReadAuditDependencies {
  readonly db: Db;
  readonly access: TeamAccess;
  readonly prompts: ReadPrompts;
  readonly store: AuditStore;
}

export interface AuditParameters {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** A page that fills a screen; the log has no complete list. */
const DEFAULT_LIMIT = 50;

export class ReadAudit {
  readonly #deps: ReadAuditDependencies;

  constructor(deps: ReadAuditDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, invalidLimit, invalidCursor */
  async ofPrompt(principal: Principal, promptId: PromptId, parameters: AuditParameters): Promise<AuditPage> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    return store.page(db, { promptId }, pageRequest(parameters));
  }

  /** @throws ApiError forbidden, invalidLimit, invalidCursor */
  async ofTeam(principal: Principal, teamId: TeamId, parameters: AuditParameters): Promise<AuditPage> {
    const { db, access, store } = this.#deps;
    requireReader(access, principal, teamId);
    return store.page(db, { teamId }, pageRequest(parameters));
  }
}

function pageRequest({ limit, cursor }: AuditParameters): AuditPageRequest {
  return {
    limit: parseLimit(limit) ?? DEFAULT_LIMIT,
    before: parseNumber(cursor),
  };
}

/** Reads the audit log of a team's prompts. */
import { type AccessProjection, limitsOf, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenSlugs } from '../limits/mod.ts';
import { type AuditParameters, parseAuditPage } from './page-request.ts';
import { type AuditPage, auditPage } from './store.ts';

export interface ReadTeamAuditDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

export class ReadTeamAudit {
  readonly #deps: ReadTeamAuditDependencies;

  constructor(deps: ReadTeamAuditDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden, invalidLimit, invalidCursor */
  async run(principal: Principal, teamId: TeamId, parameters: AuditParameters): Promise<AuditPage> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listTeamPromptAudit', { teamId });
    return auditPage(
      reader,
      { teamId, seen: limitsOf(principal) && seenSlugs(principal) },
      parseAuditPage(parameters),
    );
  }
}

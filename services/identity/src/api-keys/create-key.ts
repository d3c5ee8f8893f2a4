/** Creates an API key. */
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import type { OrganizationId, TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { type Policies, requirePoliciesOn } from '../policies.ts';
import { addKey, type CreatedKey } from './add-key.ts';
import type { StoredScope } from './api-key.ts';
import { requireExpiry, requireKeyName, requireOperation, requireOrgId } from './key-fields.ts';
import { requireLimits, type WishedLimits } from './key-limits.ts';
import { requireOnOrganization } from './key-rights.ts';
import { type ProjectionProgress, requireCurrentJudgement, withCurrentJudgement } from './scope-guard.ts';

export interface CreateKeyDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly projection: ProjectionProgress;
  readonly policies: Policies;
}

export interface KeyWish {
  readonly name: string;
  readonly orgId: OrganizationId | undefined;
  readonly teamIds: readonly TeamId[];
  readonly operation: string;
  readonly expiresAt: string | undefined;
  readonly limits: WishedLimits | undefined;
}

export class CreateKey {
  readonly #deps: CreateKeyDependencies;

  constructor(deps: CreateKeyDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws ApiError in this order: nameRequired, nameTooLong, orgIdRequired, invalidOperation, organizationNotFound, forbidden,
   *   teamNotFound, teamNotInOrganization, invalidExpiry, invalidLimits, serviceUnavailable (for limits, while they are off)
   */
  async run(session: SessionPrincipal, wish: KeyWish): Promise<CreatedKey> {
    const { changes, access, projection, policies } = this.#deps;
    const name = requireKeyName(wish.name);
    const orgId = requireOrgId(wish.orgId);
    const operation = requireOperation(wish.operation);
    return await withCurrentJudgement(projection, async (judgement) => {
      requireOnOrganization(access, session, 'createAPIKey', orgId);
      const scope = requireScope(access, orgId, wish.teamIds);
      const expiresAt = requireExpiry(wish.expiresAt);
      const limits = requireLimits(wish.limits);
      if (limits !== undefined) requirePoliciesOn(policies);
      const wanted = { orgId, name, scope, operation, createdBy: session.userId, expiresAt, limits };
      return await changes.make(session, async (change) => {
        await requireCurrentJudgement(change, judgement);
        const created = await addKey(change, { ...wanted, rotatedFrom: undefined });
        await change.audit({ action: 'api_key.created', orgId, apiKeyId: created.key.id });
        return created;
      });
    });
  }
}

/** Repeated teams count once, in the order given. @throws ApiError teamNotFound, teamNotInOrganization */
function requireScope(
  access: AccessProjection,
  orgId: OrganizationId,
  listed: readonly TeamId[],
): StoredScope {
  if (listed.length === 0) return { kind: 'organization' };
  const teamIds = [...new Set(listed)];
  for (const teamId of teamIds) {
    const team = access.team(teamId);
    if (team === undefined) throw new ApiError('teamNotFound');
    if (team.orgId !== orgId) throw new ApiError('teamNotInOrganization');
  }
  return { kind: 'teams', teamIds };
}

/** Creates, replaces and deletes policies. */
import { randomUUID } from 'node:crypto';
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import { type OrganizationId, policyLimits, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type AuditNote,
  actorOf,
  type Change,
  type Changes,
  type Policies,
  requirePoliciesOn,
} from '../changes/mod.ts';
import { type PolicyRow, policyETag } from '../policies/mod.ts';
import { isTeamDeleted } from '../prompts/mod.ts';
import { requireETag } from '../versions/mod.ts';
import { parsePolicy, type RawPolicy } from './parse-policy.ts';
import {
  insertPolicy,
  lockPolicies,
  occupancy,
  policyById,
  removePolicy,
  replacePolicy,
  type Scope,
} from './store.ts';

export interface ChangePoliciesDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly policies: Policies;
}

export class ChangePolicies {
  readonly #deps: ChangePoliciesDependencies;

  constructor(deps: ChangePoliciesDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden, and as `create` */
  createForTeam(principal: Principal, teamId: TeamId, readInput: () => RawPolicy): Promise<PolicyRow> {
    requireAllowedOn(this.#deps.access, principal, 'createTeamPolicy', { teamId });
    return this.#create(principal, { teamId }, readInput);
  }

  /** @throws ApiError organizationNotFound, forbidden, and as `create` */
  createForOrg(principal: Principal, orgId: OrganizationId, readInput: () => RawPolicy): Promise<PolicyRow> {
    const { access } = this.#deps;
    if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
    requireAllowedOn(access, principal, 'createOrgPolicy', { orgId });
    return this.#create(principal, { orgId }, readInput);
  }

  /**
   * @throws ApiError policyNotFound, forbidden, what `readInput` throws, nameRequired, invalidPolicy, serviceUnavailable, policyNameTaken,
   * preconditionFailed
   */
  update(
    principal: Principal,
    id: string,
    readInput: () => RawPolicy,
    ifMatch: string | undefined,
  ): Promise<PolicyRow> {
    return this.#change(principal, id, 'updatePolicy', async (change, policy) => {
      const input = parsePolicy(readInput());
      requirePoliciesOn(this.#deps.policies);
      const { isTaken } = await occupancy(change, scopeOf(policy), input.name, id);
      if (isTaken) throw new ApiError('policyNameTaken');
      requireETag(ifMatch, policyETag(policy));
      const updated = await replacePolicy(change, { id, input, userId: userOf(principal) });
      await change.audit(noteOf('policy.updated', updated));
      return updated;
    });
  }

  /** @throws ApiError policyNotFound, forbidden, serviceUnavailable, preconditionFailed */
  delete(principal: Principal, id: string, ifMatch: string | undefined): Promise<void> {
    return this.#change(principal, id, 'deletePolicy', async (change, policy) => {
      requirePoliciesOn(this.#deps.policies);
      requireETag(ifMatch, policyETag(policy));
      await removePolicy(change, id);
      await change.audit(noteOf('policy.deleted', policy));
    });
  }

  /** @throws ApiError what `readInput` throws, nameRequired, invalidPolicy, serviceUnavailable, policyNameTaken, tooManyPolicies */
  async #create(principal: Principal, scope: Scope, readInput: () => RawPolicy): Promise<PolicyRow> {
    const input = parsePolicy(readInput());
    requirePoliciesOn(this.#deps.policies);
    return this.#deps.changes.make(actorOf(principal), async (change) => {
      // The projection may not have heard yet of a deletion that this registry has already carried out.
      if ('teamId' in scope && (await isTeamDeleted(change, scope.teamId))) throw new ApiError('forbidden');
      await lockPolicies(change, scope);
      const { count, isTaken } = await occupancy(change, scope, input.name);
      if (isTaken) throw new ApiError('policyNameTaken');
      const most = 'teamId' in scope ? policyLimits.ofTeam : policyLimits.ofOrganization;
      if (count >= most) throw new ApiError('tooManyPolicies');
      const policy = await insertPolicy(change, scope, {
        id: randomUUID(),
        input,
        userId: userOf(principal),
      });
      await change.audit(noteOf('policy.created', policy));
      return policy;
    });
  }

  #change<T>(
    principal: Principal,
    id: string,
    action: 'updatePolicy' | 'deletePolicy',
    work: (change: Change, policy: PolicyRow) => Promise<T>,
  ): Promise<T> {
    const { access, changes } = this.#deps;
    return changes.make(actorOf(principal), async (change) => {
      const found = await policyById(change, id);
      if (found === undefined) throw new ApiError('policyNotFound');
      const { teamId, orgId } = found;
      if (teamId !== null) requireAllowedOn(access, principal, action, { teamId });
      else requireAllowedOn(access, principal, 'changeOrgPolicy', orgId === null ? {} : { orgId });
      await lockPolicies(change, scopeOf(found));
      // Others may have changed it while the lock was waited for.
      const policy = await policyById(change, id);
      if (policy === undefined) throw new ApiError('policyNotFound');
      return work(change, policy);
    });
  }
}

function scopeOf({ teamId, orgId }: PolicyRow): Scope {
  if (teamId !== null) return { teamId };
  if (orgId !== null) return { orgId };
  throw new Error('a policy holds for a team or an organization');
}

/** The role matrix lets nobody but people write policies. */
function userOf(principal: Principal): string {
  if (principal.kind !== 'session') throw new Error('a policy is written in a session');
  return principal.userId;
}

/** What it demands says its rule; a name may be changed, so that the entry holds the id. */
function noteOf(action: AuditNote['action'], policy: PolicyRow): AuditNote {
  const { id, teamId, orgId, enabled, rule } = policy;
  return {
    action,
    ...(teamId !== null && { teamId }),
    ...(orgId !== null && { orgId }),
    detail: {
      policy: id,
      enabled: enabled ? 'true' : 'false',
      transitions: rule.match.transitions.join(','),
      approvals: rule.require.approvals,
      checks: rule.require.checks.length,
    },
  };
}

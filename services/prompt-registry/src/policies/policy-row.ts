/** A policy as the database returns it, and as the wire shows it. */
import type { OrganizationId, TeamId, Wire } from '@px0/contracts';
import { sql } from '@px0/owner';

/** What a policy says: the parts of its object on the wire that its author chooses. */
export type PolicyRule = Pick<Wire<'PromptPolicy'>, 'match' | 'require' | 'rollback' | 'break_glass'>;

export interface PolicyRow {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** One of the two is null. */
  readonly orgId: OrganizationId | null;
  readonly teamId: TeamId | null;
  readonly rule: PolicyRule;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** Of a policy, what the gate judges by. */
export type JudgingPolicy = Pick<PolicyRow, 'id' | 'name' | 'teamId' | 'rule'>;

/** The columns of `PolicyRow`, of a table or alias named `y`. */
export const policyColumns = sql`
  y.id, y.name, y.enabled, y.org_id AS "orgId", y.team_id AS "teamId", y.rule,
  wire_time(y.created_at) AS "createdAt", wire_time(y.updated_at) AS "updatedAt", y.updated_by AS "updatedBy"`;

export function policyOnWire(policy: PolicyRow): Wire<'PromptPolicy'> {
  const { match, require, rollback, break_glass } = policy.rule;
  return {
    id: policy.id,
    name: policy.name,
    enabled: policy.enabled,
    scope: scopeOnWire(policy),
    match,
    require,
    rollback,
    break_glass,
    created_at: policy.createdAt,
    updated_at: policy.updatedAt,
    updated_by: policy.updatedBy,
  };
}

function scopeOnWire({ orgId, teamId }: PolicyRow): Wire<'PromptPolicy'>['scope'] {
  if (teamId !== null) return { kind: 'team', team_id: teamId };
  return orgId === null ? { kind: 'organization' } : { kind: 'organization', org_id: orgId };
}

/** The strong entity tag, quotes included. A reader of a list makes it from `updated_at`. */
export function policyETag({ updatedAt }: PolicyRow): string {
  return `"${updatedAt}"`;
}

/** The rows of policies, as their authors change them. */
import type { OrganizationId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { type PolicyRow, policyColumns } from '../policies/mod.ts';
import type { PolicyInput } from './parse-policy.ts';

/** What a policy holds for. */
export type Scope = { readonly teamId: TeamId } | { readonly orgId: OrganizationId };

export interface Written {
  readonly id: string;
  readonly input: PolicyInput;
  readonly userId: string;
}

/** Those of the organization first, then by name. */
export function listPolicies(
  reader: Reader,
  { teamId, orgId }: { readonly teamId?: TeamId; readonly orgId?: OrganizationId | undefined },
): Promise<PolicyRow[]> {
  return reader.query<PolicyRow>(sql`
    SELECT ${policyColumns} FROM prompt_policies y
    WHERE y.team_id = ${teamId ?? null}::uuid OR y.org_id = ${orgId ?? null}::uuid
    ORDER BY y.team_id IS NOT NULL, y.name COLLATE "C", y.id`);
}

export async function policyById(reader: Reader, id: string): Promise<PolicyRow | undefined> {
  const [policy] = await reader.query<PolicyRow>(sql`
    SELECT ${policyColumns} FROM prompt_policies y WHERE y.id = ${id}::uuid`);
  return policy;
}

/** Locks the policies of a scope against every other writer of them until the transaction ends. */
export async function lockPolicies(change: Change, scope: Scope): Promise<void> {
  const key = 'teamId' in scope ? `registry policies ${scope.teamId}` : `registry policies ${scope.orgId}`;
  await change.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}

/** How many policies the scope has, and whether another one than `exceptId` has the name. */
export async function occupancy(
  change: Change,
  scope: Scope,
  name: string,
  exceptId?: string,
): Promise<{ readonly count: number; readonly isTaken: boolean }> {
  return onlyRow(
    await change.query<{ count: number; isTaken: boolean }>(sql`
      SELECT count(*)::int AS count,
        coalesce(bool_or(y.name_key = ${keyOf(name)} AND y.id <> ${exceptId ?? NO_ID}::uuid), false) AS "isTaken"
      FROM prompt_policies y WHERE ${inScope(scope)}`),
  );
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

function inScope(scope: Scope): Sql {
  return 'teamId' in scope ? sql`y.team_id = ${scope.teamId}::uuid` : sql`y.org_id = ${scope.orgId}::uuid`;
}

export async function insertPolicy(
  change: Change,
  scope: Scope,
  { id, input, userId }: Written,
): Promise<PolicyRow> {
  const { teamId = null, orgId = null } = { teamId: undefined, orgId: undefined, ...scope };
  const { name, enabled, rule } = input;
  return onlyRow(
    await change.writePrivate<PolicyRow>(sql`
      INSERT INTO prompt_policies AS y (id, org_id, team_id, name, name_key, rule, enabled, created_by, updated_by)
      VALUES (${id}::uuid, ${orgId}::uuid, ${teamId}::uuid, ${name}, ${keyOf(name)}, ${JSON.stringify(rule)}::jsonb,
        ${enabled}, ${userId}::uuid, ${userId}::uuid)
      RETURNING ${policyColumns}`),
  );
}

/** The time of the change differs from every earlier one: it is what `If-Match` is compared with. */
export async function replacePolicy(change: Change, { id, input, userId }: Written): Promise<PolicyRow> {
  const { name, enabled, rule } = input;
  return onlyRow(
    await change.writePrivate<PolicyRow>(sql`
      UPDATE prompt_policies y SET name = ${name}, name_key = ${keyOf(name)}, rule = ${JSON.stringify(rule)}::jsonb,
        enabled = ${enabled}, revision = y.revision + 1, updated_by = ${userId}::uuid,
        updated_at = greatest(clock_timestamp(), y.updated_at + interval '1 microsecond')
      WHERE y.id = ${id}::uuid
      RETURNING ${policyColumns}`),
  );
}

export async function removePolicy(change: Change, id: string): Promise<void> {
  await change.writePrivate(sql`DELETE FROM prompt_policies WHERE id = ${id}::uuid RETURNING id`);
}

/** Names are compared without regard to case. */
function keyOf(name: string): string {
  return name.toLowerCase();
}

/**
 * The user's roles with respect to what they act on. The build evaluates the role matrix for every standing, so the console applies the
 * matrix of `@px0/access` without a second copy of its rules.
 */

export type TeamRole = 'admin' | 'editor' | 'viewer';

export interface Standing {
  /** Whether the account may create organizations and accounts. */
  readonly isAccountAdmin: boolean;
  readonly isOrgMember: boolean;
  readonly isOrgAdmin: boolean;
  readonly teamRole: TeamRole | null;
}

const flags = [false, true] as const;
const teamRoles = [null, 'viewer', 'editor', 'admin'] as const;

/** All possible standings in a fixed order. The index of a standing is its bit. */
export const everyStanding: readonly Standing[] = flags.flatMap((isAccountAdmin) =>
  flags.flatMap((isOrgMember) =>
    flags.flatMap((isOrgAdmin) =>
      teamRoles.map((teamRole) => ({ isAccountAdmin, isOrgMember, isOrgAdmin, teamRole })),
    ),
  ),
);

export function bitOf(standing: Standing): number {
  return everyStanding.findIndex(
    (one) =>
      one.isAccountAdmin === standing.isAccountAdmin &&
      one.isOrgMember === standing.isOrgMember &&
      one.isOrgAdmin === standing.isOrgAdmin &&
      one.teamRole === standing.teamRole,
  );
}

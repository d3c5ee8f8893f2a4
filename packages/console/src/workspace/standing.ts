/**
 * How a logged-in person stands to what they want to act on. The build asks the role matrix about every standing once, so the console
 * applies the matrix of `@px0/access` without holding a second copy of its rules.
 */

export type TeamRole = 'admin' | 'editor' | 'viewer';

export interface Standing {
  /** The account may create organizations and accounts. */
  readonly isAccountAdmin: boolean;
  readonly isOrgMember: boolean;
  readonly isOrgAdmin: boolean;
  readonly teamRole: TeamRole | null;
}

const flags = [false, true] as const;
const teamRoles = [null, 'viewer', 'editor', 'admin'] as const;

/** All that are possible, in a fixed order; the position of one is its bit. */
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

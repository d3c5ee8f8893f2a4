/** Which of several organizations has something to read. */

export interface PlacedTeam {
  readonly id: string;
  readonly org_id?: string;
}

/** Each is a request, and a page waits for them. */
const MOST_TEAMS = 20;

/** The ID of the first organization with a team that has prompts; of the first of all if none has. */
export async function firstWithPrompts(
  organizations: readonly { readonly id: string }[],
  teams: readonly PlacedTeam[],
  isFull: (teamId: string) => Promise<boolean>,
): Promise<string> {
  const inOrder = organizations.flatMap(({ id }) => teams.filter(({ org_id }) => org_id === id));
  const full = await Promise.all(
    inOrder.slice(0, MOST_TEAMS).map(async (team) => ((await isFull(team.id)) ? team.org_id : undefined)),
  );
  return full.find((id) => id !== undefined) ?? organizations[0]?.id ?? '';
}

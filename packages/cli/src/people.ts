/** Who did something, in words. px0 knows people by their ids, and lists those of an organization page by page. */
import type { Api, Context } from './context.ts';

/** As px0 names who made or changed something; null where it does not know. */
type Author = {
  readonly kind: string;
  readonly userId: string | null;
  readonly apiKeyId: string | null;
} | null;

type AuthorText = (author: Author | undefined) => string;

/** A name is worth a moment, and no error. */
const PATIENCE_MS = 5_000;
const PER_PAGE = '100';
const MOST_PAGES = 10;

/** Names the authors of what a team has: people by their addresses. Those who may not list people see the beginning of an id. */
export async function authorText(
  context: Context,
  teamId: string | undefined,
  authors: readonly (Author | undefined)[],
): Promise<AuthorText> {
  const wanted = new Set(authors.flatMap((author) => author?.userId ?? []));
  const addresses = await addressesOf(context, teamId, wanted);
  return (author) => {
    if (!author) return '';
    const { userId, apiKeyId } = author;
    if (userId) return addresses.get(userId) ?? `user ${userId.slice(0, 8)}`;
    return apiKeyId ? `API key ${apiKeyId.slice(0, 8)}` : author.kind;
  };
}

async function addressesOf(
  context: Context,
  teamId: string | undefined,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const addresses = new Map<string, string>();
  if (wanted.size === 0 || context.output.isJson) return addresses;
  try {
    const api = await context.api(PATIENCE_MS);
    const orgId = await organizationOf(api, teamId);
    for (let page = 1; orgId !== undefined && page <= MOST_PAGES; page += 1) {
      const { people, total } = await api.organizations.listOrgPeople(orgId, String(page), PER_PAGE);
      for (const { id, email } of people) addresses.set(id, email);
      const isWhole = page * Number(PER_PAGE) >= total;
      if (isWhole || [...wanted].every((id) => addresses.has(id))) break;
    }
  } catch {
    // Not every key may list people.
  }
  return addresses;
}

async function organizationOf({ profile }: Api, teamId: string | undefined): Promise<string | undefined> {
  const { teams } = await profile.listUserTeams();
  return teams.find(({ id }) => id === teamId)?.orgId;
}

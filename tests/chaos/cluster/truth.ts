/** What a database holds of a run, read from the owners' tables: the truth about a failover is in the two servers, not in px0's answers. */
import { withPostgres } from '@px0/testing/servers';
import type { Held } from '../checker.ts';
import type { VersionState } from '../history.ts';
import type { Stage } from '../workload.ts';

export async function readHeld(url: string, stage: Stage, emails: readonly string[]): Promise<Held> {
  return await withPostgres(url, async (client) => {
    const rows = async <Row extends object>(
      sql: string,
      values: readonly unknown[],
    ): Promise<readonly Row[]> => (await client.query<Row>(sql, [...values])).rows;
    const prompts: Held['prompts'][number][] = [];
    for (const { id } of stage.prompts) {
      const versions = await rows<VersionState>(
        'SELECT version AS number, status, template FROM registry.prompt_versions WHERE prompt_id = $1 ORDER BY version',
        [id],
      );
      prompts.push({ id, versions, rendered: [] });
    }
    const keys = await rows<{ name: string }>('SELECT name FROM identity.api_keys WHERE org_id = $1', [
      stage.organization,
    ]);
    const roles = await rows<{ role: string }>(
      'SELECT role FROM tenancy.memberships WHERE team_id = $1 AND user_id = $2',
      [stage.team, stage.member],
    );
    const known = await rows<{ email: string }>('SELECT email FROM identity.users WHERE email = any($1)', [
      emails,
    ]);
    const exist = new Set(known.map(({ email }) => email));
    return {
      prompts,
      keys: keys.map(({ name }) => name),
      // That a person gets a place is the saga's matter, which may not have come to it.
      accounts: emails.map((email) => ({ email, exists: exist.has(email), organizations: 1, teams: 1 })),
      roles: [{ team: stage.team, user: stage.member, role: roles[0]?.role ?? 'none' }],
    };
  });
}

/**
 * Mails people when another person has added them to a team, because it happens without their consent. Sends one mail per
 * membership, however often its event arrives, and none for a membership that is already old when its event is seen.
 */
import type { StateEvent } from '@px0/contracts';
import { type OwnerSaga, type PrivateWriter, sql } from '@px0/owner';
import type { Actor, AuditNote, OwnEntity } from '../changes/mod.ts';
import type { MailQueue } from '../mail/mod.ts';

/** In a new epoch, or at the first start after an upgrade, all memberships come again. */
const NEWS_MS = 86_400_000;

export function membershipNotices(
  mails: Pick<MailQueue, 'enqueue' | 'wake'>,
): OwnerSaga<OwnEntity, Actor, AuditNote> {
  return {
    name: 'membership-notices',
    wants: (name) => name === 'membership',
    concerns: isNews,
    async effect(change, event) {
      if (event.name !== 'membership' || event.state === undefined) return;
      const { team_id: teamId, user_id: userId, created_at: joinedAt } = event.state;
      const recipient = await noteMembership(change, teamId, userId, joinedAt);
      if (recipient === undefined) return;
      await mails.enqueue(change, { userId, kind: 'added-to-team', recipient });
      change.afterCommit(() => mails.wake());
    },
  };
}

function isNews(event: StateEvent): boolean {
  if (event.name !== 'membership' || event.state === undefined) return false;
  const { added_by: addedBy, user_id: userId, created_at: joinedAt } = event.state;
  return addedBy !== undefined && addedBy !== userId && Date.now() - Date.parse(joinedAt) < NEWS_MS;
}

/** The address of the person; undefined when they have had their mail, or are gone. */
async function noteMembership(
  writer: PrivateWriter,
  teamId: string,
  userId: string,
  joinedAt: string,
): Promise<string | undefined> {
  const rows = await writer.writePrivate<{ email: string }>(sql`
    WITH noted AS (
      INSERT INTO membership_notices (team_id, user_id, joined_at)
      SELECT ${teamId}::uuid, id, ${joinedAt}::timestamptz FROM users WHERE id = ${userId}::uuid
          ON CONFLICT DO NOTHING
      RETURNING user_id)
    SELECT u.email FROM noted JOIN users u ON u.id = noted.user_id`);
  return rows[0]?.email;
}

/** Deletes notices of memberships that are no news any more. */
export async function deleteOldNotices(writer: PrivateWriter): Promise<void> {
  await writer.writePrivate(sql`
    DELETE FROM membership_notices WHERE joined_at < now() - 2 * ${NEWS_MS}::float8 * interval '1 millisecond'`);
}

/** Forgets counts of attempts that Postgres keeps. Redis forgets by itself. */
import { type PrivateWriter, sql } from '@px0/owner';

/** Deletes counts whose period has ended. */
export async function deleteExpiredLimits(writer: PrivateWriter): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM rate_limits WHERE expire < ${Date.now()}`);
}

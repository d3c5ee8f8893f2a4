/**
 * For commands that change the stream by what the database says: asks once what an owner asks all the time. An owner remembers what it has read
 * of the stream; a command looks at what came after the last message that the database knows to be its own.
 */
import { covers, type EpochMark, type StoredMessage } from '@px0/event-bus/internal';
import { StartError } from '@px0/service-kit';
import type { Maintained } from '../maintenance.ts';
import { OutboxStore } from '../outbox/outbox-store.ts';
import { isPrimary, readIdentity, STANDBY } from './database-identity.ts';
import { FenceStore } from './fence-store.ts';
import { judge, refusals } from './judge.ts';
import { countsIn } from './losses.ts';

const NOT_YET =
  'The database went back, and the services have not published its state yet: start them first.';

/** @throws StartError when the database is a standby, lacks what the stream shows, or went back and its epoch has not begun */
export async function requireTrusted(maintained: Omit<Maintained, 'logger'>, mark: EpochMark): Promise<void> {
  const { pool, context } = maintained;
  const store = new FenceStore(pool);
  const identity = await readIdentity(pool);
  if (!isPrimary(identity)) throw new StartError(STANDBY);
  const fence = await store.read();
  if (fence.wentBack !== '' && !covers(mark, context, fence.wentBack)) throw new StartError(NOT_YET);
  const verdict = judge({ fence, identity, behind: await isBehind(maintained, mark) });
  if (verdict === 'accept') return;
  throw new StartError(verdict === 'return' ? NOT_YET : refusals[verdict]);
}

async function isBehind(
  { pool, bus, context }: Omit<Maintained, 'logger'>,
  mark: EpochMark,
): Promise<boolean> {
  const outbox = new OutboxStore(pool);
  const { rows } = await pool.query<{ last: number }>(
    `select coalesce(max(last_sequence), 0)::float8 as last from outbox where stream = 'state' and epoch = $1`,
    [mark.epoch],
  );
  let after = Math.max(rows[0]?.last ?? 0, mark.sequence);
  for (;;) {
    const message: StoredMessage | undefined = await bus.firstOfContext(context, after + 1);
    if (message === undefined) return false;
    // A service that runs may have published it meanwhile.
    if (countsIn(mark, context, message) && (await outbox.findBehind([message])) !== undefined) return true;
    after = message.sequence;
  }
}

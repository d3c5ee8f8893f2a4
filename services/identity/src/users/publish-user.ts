/** Puts an account's whole public state into the outbox. */
import type { Change } from '../changes/mod.ts';
import { type Account, userState } from './user.ts';

/** `account` is the row as the change leaves it. */
export async function publishUser(change: Change, account: Account): Promise<void> {
  await change.put('user', account.id, userState(account));
}

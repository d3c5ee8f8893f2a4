/** Ends the session of a token, everywhere. */
import { verifySession } from '@px0/access';
import type { Changes } from '../changes/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';
import { endSession, lockUser } from '../users/mod.ts';
import { deleteSession, saveLedger } from './session-store.ts';

export type LogOut = (authorizationHeader: string | undefined) => Promise<void>;

const SCHEME = 'Bearer ';

/**
 * Never refuses: without a session there is nothing to end. Which session a token means is judged on identity's own keys and rows, since
 * a projection that lags behind must not turn a logout into nothing.
 */
export function createLogOut(changes: Changes, keyRing: Pick<KeyRing, 'verificationKey'>): LogOut {
  return async (header = '') => {
    const token = header.startsWith(SCHEME) ? header.slice(SCHEME.length) : header;
    const claims = verifySession(token, keyRing.verificationKey, Date.now());
    if (claims === undefined) return;
    await changes.make(async (change) => {
      const account = await lockUser(change.tx, claims.userId);
      if (account === undefined) return;
      const existed = await deleteSession(change.tx, account.id, claims.sessionNumber, claims.tokenId);
      if (existed) await saveLedger(change, account, endSession(account.ledger, claims.sessionNumber));
    });
  };
}

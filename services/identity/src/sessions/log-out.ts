/** Ends the session of a token, everywhere. */
import { verifySession } from '@px0/access';
import type { Changes } from '../changes/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';
import { endSession, lockUser } from '../users/mod.ts';
import { deleteSession, saveLedger } from './store.ts';

const SCHEME = 'Bearer ';

export class LogOut {
  readonly #changes: Changes;
  readonly #keyRing: Pick<KeyRing, 'verificationKey'>;

  constructor(changes: Changes, keyRing: Pick<KeyRing, 'verificationKey'>) {
    this.#changes = changes;
    this.#keyRing = keyRing;
  }

  /**
   * Never refuses: without a session there is nothing to end. Which session a token means is judged on identity's own keys and rows,
   * since a projection that lags behind must not turn a logout into nothing.
   */
  async run(authorizationHeader = ''): Promise<void> {
    const hasScheme = authorizationHeader.startsWith(SCHEME);
    const token = hasScheme ? authorizationHeader.slice(SCHEME.length) : authorizationHeader;
    const claims = verifySession(token, this.#keyRing.verificationKey, Date.now());
    if (claims === undefined) return;
    await this.#changes.make({ userId: claims.userId }, async (change) => {
      const account = await lockUser(change, claims.userId);
      if (account === undefined) return;
      const existed = await deleteSession(change, account.id, claims.sessionNumber, claims.tokenId);
      if (existed) await saveLedger(change, account, endSession(account.ledger, claims.sessionNumber));
    });
  }
}

/** Shows the caller's account. */
import { actingUserOf, type Principal } from '@px0/access';
import type { Reader } from '@px0/owner';
import { findUser, type User } from '../users/mod.ts';
import { requireAccount } from './require-account.ts';

export class ShowMe {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The caller's account; a key's acting user. @throws ApiError unauthorized when it is gone */
  async run(principal: Principal): Promise<User> {
    const userId = actingUserOf(principal);
    return requireAccount(userId === undefined ? undefined : await findUser(this.#reader, userId));
  }
}

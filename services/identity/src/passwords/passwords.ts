/**
 * Hashes and checks passwords, with bounded concurrency, and takes as long for an account that does not exist as for one that
 * does.
 */
import { type Argon2Parameters, argon2Hash, argon2Verify, hasOtherParameters } from './argon2.ts';
import type { HashQueue } from './hash-queue.ts';

export class Passwords {
  readonly #parameters: Argon2Parameters;
  readonly #queue: HashQueue;
  /** What the password of an unknown account is compared with. */
  readonly #decoy: Promise<string>;

  constructor(parameters: Argon2Parameters, queue: HashQueue) {
    this.#parameters = parameters;
    this.#queue = queue;
    this.#decoy = argon2Hash('decoy', parameters);
  }

  /** @throws ApiError serviceUnavailable when too many requests wait */
  hash(password: string): Promise<string> {
    return this.#queue.run(() => argon2Hash(password, this.#parameters));
  }

  /**
   * Whether the password is the account's. Without a hash (no such account) it takes as long and says no.
   *
   * @throws ApiError serviceUnavailable when too many requests wait
   */
  async matches(hash: string | undefined, password: string): Promise<boolean> {
    const compared = hash ?? (await this.#decoy);
    const same = await this.#queue.run(() => argon2Verify(compared, password));
    return hash !== undefined && same;
  }

  /** The hash to keep for a password that was just found right: a new one when the parameters have changed since, else the same. */
  async upToDate(hash: string, password: string): Promise<string> {
    return hasOtherParameters(hash, this.#parameters) ? await this.hash(password) : hash;
  }
}

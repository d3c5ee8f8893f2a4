/** Creates the password functions from the configuration. */
import type { Config } from '../config.ts';
import { HashQueue } from './hash-queue.ts';
import { Passwords } from './passwords.ts';

/** The queue is for those who watch it. */
export function createPasswords(config: Config): {
  readonly passwords: Passwords;
  readonly hashes: HashQueue;
} {
  const parameters = { memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, parallelism: 1 };
  const hashes = new HashQueue({ concurrency: config.HASH_CONCURRENCY, waiting: config.HASH_QUEUE_SIZE });
  return { passwords: new Passwords(parameters, hashes), hashes };
}

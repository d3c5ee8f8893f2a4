/**
 * Argon2id from Node's own `crypto`, with hashes in the PHC string format, which names its parameters:
 * `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. Any other Argon2 library can read and write them, so replacing this one needs no migration.
 *
 * Native packages would bring a binary for each platform. `crypto.argon2` exists since Node 24.7; its documentation called it a release candidate
 * until June 2026, when the label was removed without a change of the function (nodejs/node#63924). The parameters are OWASP's: 19 MiB, 2
 * passes, 1 lane. A login renews a hash that was made with others.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Argon2Parameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

interface ParsedHash {
  readonly parameters: Argon2Parameters;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{16,})$/;

/** Hashes a password under a new random salt. Runs on libuv's thread pool. */
export async function argon2Hash(password: string, parameters: Argon2Parameters): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, parameters);
  const { memoryKib, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Whether the password is the hash's. False also for a text that is no hash of this kind. */
export async function argon2Verify(phc: string, password: string): Promise<boolean> {
  const parsed = parse(phc);
  if (parsed === undefined) return false;
  const derived = await derive(password, parsed.salt, parsed.hash.length, parsed.parameters);
  return timingSafeEqual(derived, parsed.hash);
}

/** Whether a hash was made with other parameters than these. */
export function hasOtherParameters(phc: string, parameters: Argon2Parameters): boolean {
  const made = parse(phc)?.parameters;
  return (
    made?.memoryKib !== parameters.memoryKib ||
    made.passes !== parameters.passes ||
    made.parallelism !== parameters.parallelism
  );
}

function parse(phc: string): ParsedHash | undefined {
  const match = PHC.exec(phc);
  if (match === null) return undefined;
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  return {
    parameters: { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function derive(
  password: string,
  nonce: Buffer,
  tagLength: number,
  parameters: Argon2Parameters,
): Promise<Buffer> {
  const { memoryKib: memory, passes, parallelism } = parameters;
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      { message: password, nonce, parallelism, tagLength, memory, passes },
      (error, derived) => {
        if (error === null) resolve(derived);
        else reject(error);
      },
    );
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

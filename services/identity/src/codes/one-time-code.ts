/** One-time codes: how they are generated, and how long they are valid. */
import { hash, randomBytes, randomInt } from 'node:crypto';

export const CODE_LIFETIME_MS = 15 * 60_000;

/** After this many wrong codes the right one is void, too: five guesses at one of a million codes are hopeless. */
export const MAX_ATTEMPTS = 5;

/** Six digits, for a person to type. */
export function newVerificationCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

/** 128 random bits in hexadecimal: the code alone says whose password is reset. */
export function newResetCode(): string {
  return randomBytes(16).toString('hex');
}

/** How a reset code is stored. It cannot be guessed, so a plain hash tells nothing. */
export function resetCodeDigest(code: string): Buffer {
  return hash('sha256', code, 'buffer');
}

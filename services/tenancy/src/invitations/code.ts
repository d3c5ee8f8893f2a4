/** The codes of invitations: whoever holds one may accept. px0 keeps their hashes only. */
import { hash, randomBytes } from 'node:crypto';

export function newCode(): string {
  return `inv_${randomBytes(20).toString('hex')}`;
}

/** What is kept of a code. */
export function hashCode(code: string): string {
  return hash('sha256', code, 'hex');
}

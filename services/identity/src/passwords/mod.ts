export { createPasswords } from './create-passwords.ts';
export type { HashQueue } from './hash-queue.ts';
export { requireGoodPassword } from './password-policy.ts';
export type { Passwords } from './passwords.ts';

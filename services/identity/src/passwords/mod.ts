export type { Argon2Parameters } from './argon2.ts';
export { HashQueue } from './hash-queue.ts';
export { requireGoodPassword } from './password-policy.ts';
export { Passwords } from './passwords.ts';

/** Makes the mails that carry codes. A code exists in clear only here, on its way from its making into its mail. */
import type { Config } from '../config.ts';
import type { Database } from '../database/db.ts';
import { type MailWriter, passwordResetMail, verificationMail } from '../mail/mod.ts';
import type { SecretKeys } from '../secrets/mod.ts';
import { findUser } from '../users/mod.ts';
import { putReset, putVerification } from './code-store.ts';
import { CODE_LIFETIME_MS, newResetCode, newVerificationCode, resetCodeDigest } from './one-time-code.ts';

export type CodeConfig = Pick<Config, 'MAIL_COOLDOWN_SECONDS' | 'STRICT_ENUMERATION_PROTECTION'>;

/** Writes the mail with a new verification code, which replaces the user's old one. */
export function verificationMailWriter(database: Database, secrets: SecretKeys): MailWriter {
  return async ({ userId, recipient }) => {
    const user = await findUser(database, userId);
    if (user === undefined || user.isVerified) return undefined;
    const code = newVerificationCode();
    const digest = secrets.verificationCodeDigest(userId, code);
    await putVerification(database, userId, digest, new Date(Date.now() + CODE_LIFETIME_MS));
    return verificationMail(recipient, code);
  };
}

/** Writes the mail with a new reset code, which replaces the user's old one. */
export function passwordResetMailWriter(database: Database): MailWriter {
  return async ({ userId, recipient }) => {
    if ((await findUser(database, userId)) === undefined) return undefined;
    const code = newResetCode();
    await putReset(database, userId, resetCodeDigest(code), new Date(Date.now() + CODE_LIFETIME_MS));
    return passwordResetMail(recipient, code);
  };
}

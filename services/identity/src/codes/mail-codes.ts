/** Writes the mails that carry codes. A code exists in clear text only here, between its creation and its mail. */
import type { PrivateWriter } from '@px0/owner';
import type { Config } from '../config.ts';
import { type CodeMailWriters, passwordResetMail, verificationMail } from '../mail/mod.ts';
import type { SecretKeys } from '../secrets/mod.ts';
import { findUser } from '../users/mod.ts';
import { CODE_LIFETIME_MS, newResetCode, newVerificationCode, resetCodeDigest } from './one-time-code.ts';
import { putReset, putVerification } from './store.ts';

export type CodeConfig = Pick<Config, 'MAIL_COOLDOWN_SECONDS' | 'STRICT_ENUMERATION_PROTECTION'>;

/** Writers of mails with a new code, which replaces the user's old one. */
export function codeMailWriters(database: PrivateWriter, secrets: SecretKeys): CodeMailWriters {
  return {
    verification: async ({ userId, recipient }) => {
      const user = await findUser(database, userId);
      if (user === undefined || user.isVerified) return undefined;
      const code = newVerificationCode();
      const digest = secrets.verificationCodeDigest(userId, code);
      await putVerification(database, userId, digest, new Date(Date.now() + CODE_LIFETIME_MS));
      return verificationMail(recipient, code);
    },
    'password-reset': async ({ userId, recipient }) => {
      if ((await findUser(database, userId)) === undefined) return undefined;
      const code = newResetCode();
      await putReset(database, userId, resetCodeDigest(code), new Date(Date.now() + CODE_LIFETIME_MS));
      return passwordResetMail(recipient, code);
    },
  };
}

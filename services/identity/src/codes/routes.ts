/** The mail triggers, e-mail verification and password reset. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { ResetPassword } from './reset-password.ts';
import type { Trigger } from './trigger-mails.ts';
import type { VerifyEmail } from './verify-email.ts';

export interface CodeCommands {
  readonly triggerVerification: Trigger;
  readonly triggerReset: Trigger;
  readonly verifyEmail: VerifyEmail;
  readonly resetPassword: ResetPassword;
}

export function codeRoutes({ triggerVerification, triggerReset, verifyEmail, resetPassword }: CodeCommands) {
  return {
    triggerVerificationEmail: async ({ query, address }) => {
      await triggerVerification(query.email ?? '', address);
      return { message: 'verification email sent successfully' };
    },
    verifyEmail: async ({ body, address }) => {
      const { email = '', code = '' } = body();
      const outcome = await verifyEmail({ email, code, address });
      return { message: outcome === 'verified' ? 'email verified successfully' : 'user is already verified' };
    },
    triggerPasswordReset: async ({ body, address }) => {
      const { email = '' } = body();
      await triggerReset(email, address);
      return { message: 'password reset email sent successfully' };
    },
    resetPassword: async ({ body, address }) => {
      const { code = '', new_password: newPassword = '' } = body();
      const { email } = await resetPassword({ code, newPassword, address });
      return { message: 'password reset successfully', email };
    },
  } satisfies Handlers<Principal>;
}

/** The mail triggers, e-mail verification and password reset. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { ResetPassword } from './reset-password.ts';
import type { TriggerReset } from './trigger-reset.ts';
import type { TriggerVerification } from './trigger-verification.ts';
import type { VerifyEmail } from './verify-email.ts';

export interface CodeCommands {
  readonly triggerVerification: TriggerVerification;
  readonly triggerReset: TriggerReset;
  readonly verifyEmail: VerifyEmail;
  readonly resetPassword: ResetPassword;
}

export function codeRoutes({ triggerVerification, triggerReset, verifyEmail, resetPassword }: CodeCommands) {
  return {
    triggerVerificationEmail: async ({ query, address }) => {
      await triggerVerification.run(query.email ?? '', address);
      return { message: 'verification email sent successfully' };
    },
    verifyEmail: async ({ body, address }) => {
      const { email = '', code = '' } = body();
      const outcome = await verifyEmail.run({ email, code, address });
      return { message: outcome === 'verified' ? 'email verified successfully' : 'user is already verified' };
    },
    triggerPasswordReset: async ({ body, address }) => {
      const { email = '' } = body();
      await triggerReset.run(email, address);
      return { message: 'password reset email sent successfully' };
    },
    resetPassword: async ({ body, address }) => {
      const { code = '', new_password: newPassword = '' } = body();
      const { email } = await resetPassword.run({ code, newPassword, address });
      return { message: 'password reset successfully', email };
    },
  } satisfies Handlers<Principal>;
}

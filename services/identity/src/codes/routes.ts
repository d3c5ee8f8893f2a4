/** The mail triggers, e-mail verification and password reset. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { ResetPassword, type ResetPasswordDependencies } from './reset-password.ts';
import type { TriggerDependencies } from './send-code.ts';
import { TriggerReset } from './trigger-reset.ts';
import { TriggerVerification } from './trigger-verification.ts';
import { VerifyEmail, type VerifyEmailDependencies } from './verify-email.ts';

export function codeRoutes(
  dependencies: TriggerDependencies & VerifyEmailDependencies & ResetPasswordDependencies,
) {
  const triggerVerification = new TriggerVerification(dependencies);
  const triggerReset = new TriggerReset(dependencies);
  const verifyEmail = new VerifyEmail(dependencies);
  const resetPassword = new ResetPassword(dependencies);
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

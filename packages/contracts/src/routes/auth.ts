/** Accounts and sessions: registration, login, logout, verification and password reset. */
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText, timestamp } from '../values.ts';

const message = z.object({ message: z.string() });

export const authRoutes = defineRoutes(
  { tag: 'Auth', owner: 'identity' },
  {
    register: {
      method: 'POST',
      path: '/v1/auth/register',
      auth: 'optional-session',
      cost: 'auth',
      summary: 'Register a new user',
      description:
        'Without credentials, creates an account with its own organization and team. With the session of an admin account, creates an account for another person, in the given team or with its own organization.',
      body: schemas.RegisterRequest,
      success: { status: 201, schema: z.object({ user: schemas.User }) },
      errors: [
        'invalidRequestBody',
        'emailAndPasswordRequired',
        'invalidEmailFormat',
        'passwordTooShort',
        'passwordTooWeak',
        'unauthorized',
        'userNotVerified',
        'forbidden',
        'registrationTeamNeedsAdmin',
        'teamNotFound',
        'teamWithoutOrganization',
        'callerNotInTeamOrganization',
        'emailAlreadyRegistered',
      ],
    },
    login: {
      method: 'POST',
      path: '/v1/auth/login',
      auth: 'none',
      cost: 'auth',
      summary: 'Login',
      description: 'Starts a session. Unverified users can log in, but do little else.',
      body: schemas.LoginRequest,
      success: {
        status: 200,
        schema: z.object({ token: z.string(), expires_at: timestamp(), user: schemas.User }),
      },
      errors: ['invalidRequestBody', 'invalidCredentials'],
    },
    logout: {
      method: 'DELETE',
      path: '/v1/auth/session',
      auth: 'none',
      cost: 'auth',
      summary: 'Logout',
      description:
        'Ends the session of the token in the header. Succeeds without effect if there is no session.',
      success: { status: 204, schema: null },
      errors: [],
    },
    listSigningKeys: {
      method: 'GET',
      path: '/v1/auth/jwks',
      auth: 'none',
      cost: 'read',
      summary: 'List Signing Keys',
      description:
        'Returns the public keys that verify session tokens, as a JSON Web Key Set. A new key appears five minutes before it signs.',
      success: { status: 200, schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      errors: [],
    },
    triggerVerificationEmail: {
      method: 'GET',
      path: '/v1/auth/verify-email',
      auth: 'none',
      cost: 'auth',
      summary: 'Trigger Verification Email',
      description: 'Sends a new verification code by e-mail.',
      query: z.object({ email: queryText('The e-mail address of the account; percent-encode a `+`.') }),
      success: { status: 200, schema: message },
      errors: ['emailRequired', 'userNotFound', 'userAlreadyVerified', 'verificationEmailFailed'],
    },
    verifyEmail: {
      method: 'POST',
      path: '/v1/auth/verify-email',
      auth: 'none',
      cost: 'auth',
      summary: 'Verify User Email',
      description: 'Verifies an account with the code from the e-mail.',
      body: schemas.VerifyRequest,
      success: { status: 200, schema: message },
      errors: ['invalidRequestBody', 'emailAndCodeRequired', 'invalidCredentials', 'invalidVerificationCode'],
    },
    triggerPasswordReset: {
      method: 'POST',
      path: '/v1/auth/password-reset/trigger',
      auth: 'none',
      cost: 'auth',
      summary: 'Trigger Password Reset',
      description: 'Sends a password reset code by e-mail.',
      body: schemas.TriggerPasswordResetRequest,
      success: { status: 200, schema: message },
      errors: ['invalidRequestBody', 'emailRequired', 'userNotFound', 'passwordResetEmailFailed'],
    },
    resetPassword: {
      method: 'POST',
      path: '/v1/auth/password-reset/reset',
      auth: 'none',
      cost: 'auth',
      summary: 'Reset Password',
      description: 'Sets a new password with the code from the e-mail, and ends all sessions of the account.',
      body: schemas.ResetPasswordRequest,
      success: { status: 200, schema: z.object({ message: z.string(), email: z.string() }) },
      errors: [
        'invalidRequestBody',
        'codeAndNewPasswordRequired',
        'passwordTooShort',
        'passwordTooWeak',
        'invalidPasswordResetCode',
      ],
    },
  },
);

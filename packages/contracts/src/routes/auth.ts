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
        'Without credentials: a new account with an organization and a team of its own. With the session of an admin account: an account for somebody else, in the named team or with an organization of its own.',
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
      description: 'Begins a session. An unverified user may log in, but can do little else.',
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
        'Ends the session of the token in the header. Without a session it does nothing, successfully.',
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
        'The public keys that verify session tokens, as a JSON Web Key Set. A new key is listed five minutes before it signs.',
      success: { status: 200, schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      errors: [],
    },
    triggerVerificationEmail: {
      method: 'GET',
      path: '/v1/auth/verify-email',
      auth: 'none',
      cost: 'auth',
      summary: 'Trigger Verification Email',
      description: 'Mails a new verification code.',
      query: z.object({ email: queryText('The address of the account; a `+` must be percent-encoded.') }),
      success: { status: 200, schema: message },
      errors: ['emailRequired', 'userNotFound', 'userAlreadyVerified', 'verificationEmailFailed'],
    },
    verifyEmail: {
      method: 'POST',
      path: '/v1/auth/verify-email',
      auth: 'none',
      cost: 'auth',
      summary: 'Verify User Email',
      description: 'Verifies an account by the code that was mailed.',
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
      description: 'Mails a code that resets the password.',
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
      description: 'Sets a new password by the code that was mailed, and ends all sessions of the account.',
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

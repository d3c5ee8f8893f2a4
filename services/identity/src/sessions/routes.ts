/** Login, logout, and the keys that verify session tokens. */
import type { AccessProjection, Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { KeyRing } from '../signing-keys/mod.ts';
import { userOnWire } from '../users/mod.ts';
import { wireTime } from '../wire-time.ts';
import { ListLastLogins } from './list-last-logins.ts';
import { LogIn, type LogInDependencies } from './log-in.ts';
import { LogOut } from './log-out.ts';

export interface SessionDependencies extends LogInDependencies {
  readonly keyRing: KeyRing;
  readonly access: AccessProjection;
}

export function sessionRoutes(dependencies: SessionDependencies) {
  const { changes, keyRing } = dependencies;
  const logIn = new LogIn(dependencies);
  const lastLogins = new ListLastLogins(dependencies);
  const logOut = new LogOut(changes, keyRing);
  return {
    login: async ({ body, address }) => {
      const { email = '', password = '' } = body();
      const { token, expiresAt, user } = await logIn.run({ email, password, address });
      return { token, expires_at: wireTime(expiresAt), user: userOnWire(user) };
    },
    logout: async ({ header }) => {
      await logOut.run(header('authorization'));
      return undefined;
    },
    listLastLogins: async ({ principal, params, query }) => ({
      last_logins: (await lastLogins.run(principal, params.orgID, query.ids ?? '')).map(
        ({ userId, lastLoginAt }) => ({
          user_id: userId,
          last_login_at: lastLoginAt === null ? null : wireTime(lastLoginAt),
        }),
      ),
    }),
    listSigningKeys: () => keyRing.jwks(),
  } satisfies Handlers<Principal>;
}

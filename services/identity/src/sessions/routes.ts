/** Login, logout, and the keys that verify session tokens. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { KeyRing } from '../signing-keys/mod.ts';
import { userOnWire } from '../users/mod.ts';
import { wireTime } from '../wire-time.ts';
import { LogIn, type LogInDependencies } from './log-in.ts';
import { LogOut } from './log-out.ts';

export function sessionRoutes(dependencies: LogInDependencies & { readonly keyRing: KeyRing }) {
  const { changes, keyRing } = dependencies;
  const logIn = new LogIn(dependencies);
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
    listSigningKeys: () => keyRing.jwks(),
  } satisfies Handlers<Principal>;
}

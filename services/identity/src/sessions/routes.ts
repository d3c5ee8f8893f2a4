/** Login, logout, and the keys that verify session tokens. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { KeyRing } from '../signing-keys/mod.ts';
import { userOnWire } from '../users/mod.ts';
import { wireTime } from '../wire-time.ts';
import type { LogIn } from './log-in.ts';
import type { LogOut } from './log-out.ts';

export interface SessionCommands {
  readonly logIn: LogIn;
  readonly logOut: LogOut;
  readonly keyRing: Pick<KeyRing, 'jwks'>;
}

export function sessionRoutes({ logIn, logOut, keyRing }: SessionCommands) {
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

/** Registration. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { userOnWire } from '../users/mod.ts';
import type { Register } from './register.ts';

export function registrationRoutes(register: Register) {
  return {
    register: async ({ body, header, address }) => {
      const { email = '', password = '', team_id: teamId } = body();
      const authorization = header('authorization');
      return {
        user: userOnWire(await register.run({ email, password, teamId, authorization, address })),
      };
    },
  } satisfies Handlers<Principal>;
}

/** Registration. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { userOnWire } from '../users/mod.ts';
import { Register, type RegisterDependencies } from './register.ts';

export function registrationRoutes(dependencies: RegisterDependencies) {
  const register = new Register(dependencies);
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

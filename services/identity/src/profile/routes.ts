/** The caller's own account. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { userOnWire } from '../users/mod.ts';
import { type AccountCommands, requirePerson } from './account-commands.ts';

export function profileRoutes(account: AccountCommands) {
  return {
    me: async ({ principal }) => ({ user: userOnWire(await account.showMe(principal)) }),
    updateMe: async ({ principal, body }) => {
      const session = requirePerson(principal);
      const { email = '' } = body();
      return { user: userOnWire(await account.changeEmail(session, email)) };
    },
    changePassword: async ({ principal, body }) => {
      const session = requirePerson(principal);
      const { current_password: currentPassword = '', new_password: newPassword = '' } = body();
      await account.changePassword(session, currentPassword, newPassword);
      return { message: 'password changed successfully' };
    },
    deleteMe: async ({ principal }) => {
      await account.deleteAccount(requirePerson(principal));
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

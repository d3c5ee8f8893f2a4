/** The caller's own account. Each decision about it is made on identity's own rows, in the transaction. */
import type { AccessProjection, Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { userOnWire } from '../users/mod.ts';
import type { ChangeEmail } from './change-email.ts';
import type { ChangePassword } from './change-password.ts';
import type { DeleteAccount } from './delete-account.ts';
import { requirePerson } from './require-person.ts';
import type { ShowMe } from './show-me.ts';

export interface ProfileCommands {
  readonly access: AccessProjection;
  readonly show: ShowMe;
  readonly changeEmail: ChangeEmail;
  readonly changePassword: ChangePassword;
  readonly delete: DeleteAccount;
}

export function profileRoutes({ access, ...account }: ProfileCommands) {
  return {
    me: async ({ principal }) => ({ user: userOnWire(await account.show.run(principal)) }),
    updateMe: async ({ principal, body }) => {
      const session = requirePerson(access, principal, 'updateMe');
      const { email = '' } = body();
      return { user: userOnWire(await account.changeEmail.run(session, email)) };
    },
    changePassword: async ({ principal, body }) => {
      const session = requirePerson(access, principal, 'changePassword');
      const { current_password: currentPassword = '', new_password: newPassword = '' } = body();
      await account.changePassword.run(session, currentPassword, newPassword);
      return { message: 'password changed successfully' };
    },
    deleteMe: async ({ principal }) => {
      await account.delete.run(requirePerson(access, principal, 'deleteMe'));
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

/** The caller's own account. Each decision about it is made on identity's own rows, in the transaction. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { userOnWire } from '../users/mod.ts';
import { ChangeEmail, type ChangeEmailDependencies } from './change-email.ts';
import { ChangePassword, type ChangePasswordDependencies } from './change-password.ts';
import { DeleteAccount, type DeleteAccountDependencies } from './delete-account.ts';
import { requirePerson } from './require-person.ts';
import { ShowMe } from './show-me.ts';

export function profileRoutes(
  dependencies: ChangeEmailDependencies & ChangePasswordDependencies & DeleteAccountDependencies,
) {
  const { access, reader } = dependencies;
  const account = {
    show: new ShowMe(reader),
    changeEmail: new ChangeEmail(dependencies),
    changePassword: new ChangePassword(dependencies),
    delete: new DeleteAccount(dependencies),
  };
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

/** Entries of an account's own audit in words. */
import type { Wire } from '@px0/contracts';

type Entry = Pick<Wire<'AccountAuditEntry'>, 'action'>;

const sentences: { readonly [action: string]: string } = {
  'user.registered': 'Account created',
  'user.verified': 'Email verified',
  'user.logged_in': 'Logged in',
  'user.email_changed': 'Email updated',
  'user.password_changed': 'Password updated',
  'user.password_reset': 'Password reset by an emailed code',
};

/** An unknown action shows its own name. */
export function accountSentence({ action }: Entry): string {
  return sentences[action] ?? action;
}

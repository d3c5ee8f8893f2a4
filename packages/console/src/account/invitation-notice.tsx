/** Why somebody who followed an invitation is asked to log in. */
import { Callout } from '../ui/mod.ts';
import { isInvitation } from './next.ts';

export function InvitationNotice({ next }: { readonly next: string | undefined }) {
  if (!isInvitation(next)) return null;
  return <Callout>You were invited to a team. Log in, or create an account, to accept.</Callout>;
}

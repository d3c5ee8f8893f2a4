/** Ends the session, here and on the server. */
import { api, sessions } from '../api/mod.ts';

export async function logOut(): Promise<void> {
  const { session } = sessions;
  if (session === undefined) return;
  try {
    await api.call('logout');
  } catch {
    // Without an answer, the session stays valid on the server until it expires. This browser forgets it anyway.
  }
  sessions.leave();
}

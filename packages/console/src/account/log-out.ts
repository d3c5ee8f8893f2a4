/** Ends the session here and at the API. */
import { api, sessions } from '../api/mod.ts';

export async function logOut(): Promise<void> {
  const { session } = sessions;
  if (session === undefined) return;
  try {
    await api.call('logout');
  } catch {
    // Without an answer the session lives on at the server until it expires; this browser forgets it all the same.
  }
  sessions.leave();
}

/** The session in components. */
import { useState, useSyncExternalStore } from 'react';
import { sessions } from './instances.ts';
import type { Session } from './session.ts';

function useSession(): Session | undefined {
  return useSyncExternalStore(sessions.subscribe, () => sessions.session);
}

/** The account in pages behind the login. */
export function useUser(): Session['user'] {
  const now = useSession()?.user;
  // While a page is being left for the login it goes on showing whose it was.
  const [last, keep] = useState(now);
  if (now !== undefined && now !== last) keep(now);
  const user = now ?? last;
  if (user === undefined) throw new Error('a page behind the login was shown without a session');
  return user;
}

/** The session in components. */
import { useState, useSyncExternalStore } from 'react';
import { sessions } from './instances.ts';
import type { Session } from './session.ts';

function useSession(): Session | undefined {
  return useSyncExternalStore(sessions.subscribe, () => sessions.session);
}

/** What a page is given that begins to be shown at the very moment at which the session ends. */
const nobody: Session['user'] = {
  id: '',
  email: '',
  is_admin: false,
  is_verified: false,
  created_at: new Date(0).toISOString(),
};

/** The account in pages behind the login. */
export function useUser(): Session['user'] {
  const now = useSession()?.user;
  // While a page is being left for the login it goes on showing whose it was.
  const [last, keep] = useState(now);
  if (now !== undefined && now !== last) keep(now);
  return now ?? last ?? nobody;
}

/** The session for components. */
import { useState, useSyncExternalStore } from 'react';
import { sessions } from './instances.ts';
import type { Session } from './session.ts';

function useSession(): Session | undefined {
  return useSyncExternalStore(sessions.subscribe, () => sessions.session);
}

/** For a page that starts to render just as the session ends. */
const noUser: Session['user'] = {
  id: '',
  email: '',
  is_admin: false,
  is_verified: false,
  created_at: new Date(0).toISOString(),
};

/** The account, for pages behind the login. */
export function useUser(): Session['user'] {
  const now = useSession()?.user;
  // While the login replaces a page, the page keeps showing its user.
  const [last, keep] = useState(now);
  if (now !== undefined && now !== last) keep(now);
  return now ?? last ?? noUser;
}

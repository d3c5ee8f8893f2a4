/** The session in components. */
import { useSyncExternalStore } from 'react';
import { sessions } from './instances.ts';
import type { Session } from './session.ts';

function useSession(): Session | undefined {
  return useSyncExternalStore(sessions.subscribe, () => sessions.session);
}

/** The account in pages behind the login. */
export function useUser(): Session['user'] {
  const session = useSession();
  // While the page is being left for the login, the last account may be asked for once more.
  return session?.user ?? { id: '', email: '', is_admin: false, is_verified: false, created_at: '' };
}

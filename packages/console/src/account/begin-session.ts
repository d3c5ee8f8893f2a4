/** Logs in and stores the session. An unverified account gets one too, but can only verify itself. */
import { api, type Session, sessions } from '../api/mod.ts';

export async function beginSession(email: string, password: string): Promise<Session> {
  const { token, expires_at, user } = await api.call('login', { body: { email, password } });
  const session = { token, expiresAt: expires_at, user };
  sessions.begin(session);
  return session;
}

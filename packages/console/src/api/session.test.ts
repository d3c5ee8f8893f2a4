import { describe, expect, it } from 'vitest';
import { type Session, SessionStore } from './session.ts';

/** The part of a browser's storage that sessions use. */
function storage(): Storage {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    clear: () => values.clear(),
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

function session(token: string, expiresAt = '2099-01-01T00:00:00Z'): Session {
  const user = { id: 'u', email: 'a@example.com', is_admin: false, is_verified: true, created_at: '' };
  return { token, expiresAt, user };
}

describe('the session store', () => {
  it('gives a new page the session of the one before', () => {
    const shared = storage();
    new SessionStore(shared).begin(session('sess_1'));
    expect(new SessionStore(shared).session?.token).toBe('sess_1');
  });

  it('has no session when its time is over', () => {
    const store = new SessionStore(storage());
    store.begin(session('sess_1', '2020-01-01T00:00:00Z'));
    expect(store.session).toBeUndefined();
    expect(store.absence).toBe('expired');
  });

  it('keeps a session that began after the refused one', () => {
    const store = new SessionStore(storage());
    store.begin(session('sess_2'));
    store.expire('sess_1');
    expect(store.session?.token).toBe('sess_2');
    store.expire('sess_2');
    expect([store.session, store.absence]).toEqual([undefined, 'expired']);
  });

  it('takes no session out of what somebody else has stored', () => {
    const shared = storage();
    for (const text of ['', '{', '[]', '7', '{"token":"x"}']) {
      shared.setItem('px0.session', text);
      expect(new SessionStore(shared).session).toBeUndefined();
    }
  });
});

/**
 * Who is logged in at this browser. The token is kept in `localStorage`, so that every tab and every reload has it, and logging out in
 * one tab logs out in all; docs/decisions/081 says why that is no worse than the alternatives.
 */
import type { Wire } from '@px0/contracts';

export interface Session {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly user: Wire<'User'>;
}

/** Why there is no session: nobody has logged in, a person left, or the API ended it. */
export type Absence = 'none' | 'left' | 'expired';

const storageKey = 'px0.session';

export class SessionStore {
  #session: Session | undefined;
  #absence: Absence = 'none';
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#session = this.#read();
  }

  get session(): Session | undefined {
    if (this.#session !== undefined && Date.parse(this.#session.expiresAt) <= Date.now()) {
      this.#end('expired');
    }
    return this.#session;
  }

  get absence(): Absence {
    return this.#absence;
  }

  begin(session: Session): void {
    this.#session = session;
    this.#absence = 'none';
    this.#storage.setItem(storageKey, JSON.stringify(session));
    this.#tell();
  }

  /** The account has changed; the session goes on. */
  update(user: Wire<'User'>): void {
    if (this.#session !== undefined) this.begin({ ...this.#session, user });
  }

  leave(): void {
    this.#end('left');
    this.#tell();
  }

  /** The API refused a token. Another one may have been stored in the meantime, by this tab or another; that one stays. */
  expire(token: string): void {
    if (this.#session?.token !== token) return;
    this.#end('expired');
    this.#tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** To be called for each `storage` event: another tab has logged in or out. */
  readonly follow = (event: StorageEvent): void => {
    if (event.storageArea !== this.#storage || (event.key !== storageKey && event.key !== null)) return;
    const before = this.#session;
    this.#session = this.#read();
    if (before !== undefined && this.#session === undefined) this.#absence = 'left';
    if (before?.token !== this.#session?.token) this.#tell();
  };

  #end(absence: Absence): void {
    this.#session = undefined;
    this.#absence = absence;
    this.#storage.removeItem(storageKey);
  }

  #read(): Session | undefined {
    try {
      const stored: unknown = JSON.parse(this.#storage.getItem(storageKey) ?? 'null');
      // Only this class writes the key; anything that does not look like it counts as nothing.
      if (typeof stored === 'object' && stored !== null && 'token' in stored && 'user' in stored) {
        return stored as Session;
      }
    } catch {
      // Not JSON.
    }
    return undefined;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * The session in this browser. `localStorage` keeps the token, so that every tab and reload has it, and logging out in one tab logs out in
 * all. docs/decisions/080-console-security.md says why that is no worse than the alternatives.
 */
import type { Wire } from '@px0/contracts';

export interface Session {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly user: Wire<'User'>;
}

/** Why there is no session: there was no login, the user logged out, or the API ended it. */
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

  /** Updates the account; the session continues. */
  update(user: Wire<'User'>): void {
    if (this.#session !== undefined) this.begin({ ...this.#session, user });
  }

  leave(): void {
    this.#end('left');
    this.#tell();
  }

  /** Ends the session if the API refused its token. A newer token, stored by this tab or another, stays. */
  expire(token: string): void {
    if (this.#session?.token !== token) return;
    this.#end('expired');
    this.#tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Handles a `storage` event: another tab has logged in or out. */
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
      // Only this class writes the key. Ignore anything else.
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

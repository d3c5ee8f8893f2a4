/**
 * The organization that a user works in. A tab keeps its own, so that a link opened in another tab does not change its frame; this browser
 * remembers each account's last one for new tabs.
 */
import { useSyncExternalStore } from 'react';
import { sessions } from '../api/mod.ts';

const listeners = new Set<() => void>();

function storageKey(): string {
  return `px0.organization.${sessions.session?.user.id}`;
}

/** An ID, which may be that of an organization that the user has left. */
export function chosenOrganization(): string | null {
  return sessionStorage.getItem(storageKey()) ?? localStorage.getItem(storageKey());
}

export function selectOrganization(id: string): void {
  const before = chosenOrganization();
  sessionStorage.setItem(storageKey(), id);
  localStorage.setItem(storageKey(), id);
  if (before !== id) for (const listener of listeners) listener();
}

export function useChosenOrganization(): string | null {
  return useSyncExternalStore(subscribe, chosenOrganization);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

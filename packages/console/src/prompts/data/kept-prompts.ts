/**
 * The prompts that a user opened last, and their favourites. This browser keeps them for each account, as IDs only, so that it holds no names
 * after a logout. See docs/decisions/213-what-the-console-remembers.md.
 */
import { useMemo, useSyncExternalStore } from 'react';
import { sessions } from '../../api/mod.ts';
import { type KeptPrompts, readKept } from './kept-lists.ts';

const listeners = new Set<() => void>();

export function keptPrompts(): KeptPrompts {
  return readKept(stored());
}

export function changeKept(change: (kept: KeptPrompts) => KeptPrompts): void {
  try {
    localStorage.setItem(storageKey(), JSON.stringify(change(keptPrompts())));
  } catch {
    // The browser's storage is full or blocked. The palette only suggests less.
  }
  for (const listener of listeners) listener();
}

export function useIsFavourite(id: string): boolean {
  const text = useSyncExternalStore(subscribe, stored);
  return useMemo(() => readKept(text).favourites.some((one) => one.id === id), [text, id]);
}

function storageKey(): string {
  return `px0.prompts.${sessions.session?.user.id}`;
}

function stored(): string | null {
  return localStorage.getItem(storageKey());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** The list of toasts: short messages about what just happened, with an undo if possible. Any code may call `toast()`. */
import { useSyncExternalStore } from 'react';
import { sentenceOf } from '../../api/mod.ts';

export interface ToastOptions {
  readonly title: string;
  readonly description?: string;
  readonly tone?: 'success' | 'danger' | 'info';
  /** Undoes the action, or offers the next step. */
  readonly action?: { readonly label: string; readonly run: () => unknown };
}

export interface ShownToast extends ToastOptions {
  readonly id: number;
}

let shown: readonly ShownToast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly ShownToast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function toast(options: ToastOptions): void {
  // More than three would cover the page.
  set([...shown.slice(-2), { ...options, id: nextId++ }]);
}

/** Shows why an action failed. */
export function toastError(error: unknown, title = 'Something went wrong'): void {
  toast({ tone: 'danger', title, description: sentenceOf(error) });
}

export function dismissToast(id: number): void {
  set(shown.filter((one) => one.id !== id));
}

export function useToasts(): readonly ShownToast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}

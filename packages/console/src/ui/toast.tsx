/** Short messages about what was just done, with a way back where there is one. `toast()` may be called from anywhere. */
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { sentenceOf } from '../api/mod.ts';

export interface ToastOptions {
  readonly title: string;
  readonly description?: string;
  readonly tone?: 'success' | 'danger' | 'info';
  /** What takes back what was done, or leads on. */
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
  // More than three would cover the page that they speak of.
  set([...shown.slice(-2), { ...options, id: nextId++ }]);
}

/** Says what an action failed with. */
export function toastError(error: unknown, title = 'That did not work'): void {
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

const ToastRegion = lazy(async () => ({ default: (await import('./toast-region.tsx')).ToastRegion }));

/** By then the page is there; a toast that comes earlier does not wait for it. */
const REGION_AFTER_MS = 2_000;

/** Once, round the whole app. */
export function Toaster() {
  const [isDue, setDue] = useState(false);
  const isNeeded = useToasts().length > 0;
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), REGION_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return <Suspense>{(isDue || isNeeded) && <ToastRegion />}</Suspense>;
}

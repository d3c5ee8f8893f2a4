/**
 * Everything that opens above the page: menus, lists of choices, dialogs, tooltips. Together they are a large script, which no page needs in
 * order to be shown. It loads with the first sign of a person, before whom nothing can open.
 * See docs/decisions/222-what-a-page-loads-first.md.
 */
import { useEffect, useState } from 'react';
import { toastError } from './plain/toast.ts';

export type Popups = typeof import('./popup/mod.ts');

let loaded: Popups | undefined;

async function load(): Promise<Popups> {
  loaded ??= await import('./popup/mod.ts');
  return loaded;
}

/** For content of what is open. */
export function loadedPopups(): Popups {
  if (loaded === undefined) throw new Error('nothing was opened yet');
  return loaded;
}

/** Undefined until they are loaded, which they are once they are wanted. */
export function usePopups(isWanted: boolean): Popups | undefined {
  const [, setLoaded] = useState(loaded !== undefined);
  const isMissing = isWanted && loaded === undefined;
  useEffect(() => {
    if (!isMissing) return;
    load().then(
      () => setLoaded(true),
      (error: unknown) => toastError(error, 'Could not load this part of the page'),
    );
  }, [isMissing]);
  return isWanted ? loaded : undefined;
}

/** For a dialog: it stays once it was opened, so that closing it can give the focus back. */
export function useOnceOpened(isOpen: boolean): Popups | undefined {
  const [wasOpened, setWasOpened] = useState(isOpen);
  if (isOpen && !wasOpened) setWasOpened(true);
  return usePopups(isOpen || wasOpened);
}

const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;

/** Loads them with the first sign of a person. Returns how to stop waiting for it. */
export function loadPopupsOnSign(): () => void {
  const stop = (): void => {
    for (const sign of signs) window.removeEventListener(sign, begin);
  };
  const begin = (): void => {
    stop();
    // Whoever opens something tries again, and says so if it fails.
    load().catch(() => undefined);
  };
  for (const sign of signs) window.addEventListener(sign, begin, { passive: true });
  return stop;
}

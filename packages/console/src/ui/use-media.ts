/** Whether the window is at least as wide as a breakpoint, kept up to date. The breakpoints are Tailwind's. */
import { useCallback, useSyncExternalStore } from 'react';

const widths = { md: 768, lg: 1024 } as const;

export function useIsWide(width: keyof typeof widths): boolean {
  const query = `(min-width: ${widths[width]}px)`;
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

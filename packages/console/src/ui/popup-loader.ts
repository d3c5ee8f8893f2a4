/** Loads what opens above the page. */
import { loadPopups, loadPopupsFrom } from './popups.ts';

const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;

/** Loads them with the first sign of a person. Returns how to stop waiting for it. */
export function loadPopupsOnSign(): () => void {
  loadPopupsFrom(() => import('./popup/mod.ts'));
  const stop = (): void => {
    for (const sign of signs) window.removeEventListener(sign, begin);
  };
  const begin = (): void => {
    stop();
    // Whoever opens something tries again, and says so if it fails.
    loadPopups().catch(() => undefined);
  };
  for (const sign of signs) window.addEventListener(sign, begin, { passive: true });
  return stop;
}

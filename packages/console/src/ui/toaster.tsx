/** Shows the toasts. Their region loads after the page, or with the first toast. */
import { lazy, Suspense } from 'react';
import { useToasts } from './plain/toast.ts';
import { useAfterLoad } from './plain/use-after-load.ts';

const ToastRegion = lazy(async () => ({ default: (await import('./toast-region.tsx')).ToastRegion }));

/** Use once per page. */
export function Toaster() {
  const isDue = useAfterLoad();
  const isNeeded = useToasts().length > 0;
  return <Suspense>{(isDue || isNeeded) && <ToastRegion />}</Suspense>;
}

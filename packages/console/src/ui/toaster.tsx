/** Shows the toasts. What draws them is loaded after the page, or when the first one comes. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useToasts } from './plain/toast.ts';

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

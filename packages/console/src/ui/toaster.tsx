/** Shows the toasts. Their region loads after the page, or with the first toast. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useToasts } from './plain/toast.ts';

const ToastRegion = lazy(async () => ({ default: (await import('./toast-region.tsx')).ToastRegion }));

/** By then the page has loaded. An earlier toast does not wait. */
const REGION_AFTER_MS = 2_000;

/** Use once per page. */
export function Toaster() {
  const [isDue, setDue] = useState(false);
  const isNeeded = useToasts().length > 0;
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), REGION_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return <Suspense>{(isDue || isNeeded) && <ToastRegion />}</Suspense>;
}

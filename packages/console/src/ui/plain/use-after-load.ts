/** For what nobody waits for: it would take time from the page that is loading. */
import { useEffect, useState } from 'react';

/** By then the first page has loaded. */
const LOAD_MS = 2_000;

let isOver = false;

/** False while the browser loads the console, and true from then on, on every page. */
export function useAfterLoad(): boolean {
  const [isAfter, setAfter] = useState(isOver);
  useEffect(() => {
    if (isAfter) return;
    const timer = setTimeout(() => {
      isOver = true;
      setAfter(true);
    }, LOAD_MS);
    return () => clearTimeout(timer);
  }, [isAfter]);
  return isAfter;
}

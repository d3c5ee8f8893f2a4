/** The width of a container. Charts are drawn to it, so that their text keeps its size. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** `width` in CSS pixels, 0 until the element that has `box` as its ref is there. */
export function useWidth(): { readonly box: RefObject<HTMLDivElement | null>; readonly width: number } {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

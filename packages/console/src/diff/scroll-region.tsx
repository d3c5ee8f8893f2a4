/** A part of a page that scrolls by itself, and therefore can be reached and scrolled by keys. */
import type { ReactNode } from 'react';

export interface ScrollRegionProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section aria-label={label} tabIndex={0} className={className}>
      {children}
    </section>
  );
}

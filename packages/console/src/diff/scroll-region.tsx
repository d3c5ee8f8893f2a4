/** A scrollable part of a page. It takes the focus, so that keyboard users can scroll it. */
import type { ReactNode } from 'react';

export interface ScrollRegionProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
    <section aria-label={label} tabIndex={0} className={className}>
      {children}
    </section>
  );
}

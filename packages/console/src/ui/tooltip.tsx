/** A short explanation on hover and focus. It is never the only source of its information. */
import * as Radix from '@radix-ui/react-tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Keys } from './keys.tsx';

export interface TooltipProps {
  readonly text: ReactNode;
  /** The control's shortcut, such as `g p`. */
  readonly shortcut?: string | undefined;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** A single element that accepts a ref. */
  readonly children: ReactElement;
}

export function Tooltip({ text, shortcut, side = 'top', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 animate-fade-in items-center gap-2 rounded-md bg-solid px-2.5 py-1.5 text-solid-fg text-xs shadow-high"
        >
          <span>{text}</span>
          {shortcut !== undefined && <Keys combination={shortcut} inverted />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Wraps everything that has tooltips, once. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={350} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

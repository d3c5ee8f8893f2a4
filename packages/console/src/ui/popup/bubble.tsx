/** The text of a tooltip, beside its control. */

import * as DismissableLayer from '@radix-ui/react-dismissable-layer';
import * as Popper from '@radix-ui/react-popper';
import * as Portal from '@radix-ui/react-portal';
import { useEffect, useMemo } from 'react';
import type { BubbleProps } from '../popup-props.ts';

export function Bubble({ id, anchor, side, onClose, onPointerEnter, onPointerLeave, children }: BubbleProps) {
  const place = useMemo(() => ({ current: anchor }), [anchor]);
  useEffect(() => {
    const close = ({ target }: Event): void => {
      if (target instanceof Node && target.contains(anchor)) onClose();
    };
    window.addEventListener('scroll', close, { capture: true });
    return () => window.removeEventListener('scroll', close, { capture: true });
  }, [anchor, onClose]);
  return (
    <Popper.Root>
      <Popper.Anchor virtualRef={place} />
      <Portal.Root asChild>
        {/* Escape closes this, and not the dialog below it. */}
        <DismissableLayer.Root asChild onFocusOutside={(event) => event.preventDefault()} onDismiss={onClose}>
          <Popper.Content
            role="tooltip"
            id={id}
            side={side}
            sideOffset={6}
            collisionPadding={8}
            onPointerEnter={onPointerEnter}
            onPointerLeave={onPointerLeave}
            className="z-50 flex max-w-72 animate-fade-in items-center gap-2 rounded-md bg-solid px-2.5 py-1.5 text-solid-fg text-xs shadow-high"
          >
            {children}
          </Popper.Content>
        </DismissableLayer.Root>
      </Portal.Root>
    </Popper.Root>
  );
}

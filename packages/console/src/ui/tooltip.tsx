/**
 * A short explanation on hover and focus. It is never the only source of its information. A page has one for nearly every control, so it is
 * no more than a few listeners until it is shown.
 */
import * as Slot from '@radix-ui/react-slot';
import { type ReactElement, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { Keys } from './keys.tsx';
import { usePopups } from './popups.ts';

export interface TooltipProps {
  readonly text: ReactNode;
  /** The control's shortcut, such as `g p`. */
  readonly shortcut?: string | undefined;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** A single element that accepts a ref. */
  readonly children: ReactElement;
}

/** How long the pointer rests on a control before its tooltip shows. */
const HOVER_MS = 350;
/** A pointer that moves on from one tooltip to the next within this time does not wait again. */
const NEXT_MS = 200;
/** Time for the pointer to move from the control into the tooltip, whose text may be selected. */
const LEAVE_MS = 120;

/** Only one tooltip shows at a time. */
let shown: { readonly close: () => void } | undefined;
let lastClosed = Number.NEGATIVE_INFINITY;

export function Tooltip({ text, shortcut, side = 'top', children }: TooltipProps) {
  const id = useId();
  const [anchor, setAnchor] = useState<Element>();
  const popups = usePopups(anchor !== undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isInside = useRef(false);
  const isPressed = useRef(false);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setAnchor(undefined);
    if (shown?.close !== close) return;
    shown = undefined;
    lastClosed = performance.now();
  }, []);
  useEffect(() => close, [close]);
  const open = (control: Element): void => {
    if (shown?.close !== close) shown?.close();
    clearTimeout(timer.current);
    shown = { close };
    setAnchor(control);
  };
  const stay = (): void => clearTimeout(timer.current);
  const leave = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(close, LEAVE_MS);
  };
  return (
    <>
      <Slot.Root
        {...(anchor !== undefined && { 'aria-describedby': id })}
        // A control that moves below a pointer at rest shows nothing.
        onPointerMove={({ pointerType, currentTarget }) => {
          if (pointerType === 'touch' || isInside.current) return;
          isInside.current = true;
          clearTimeout(timer.current);
          const isNext = performance.now() - lastClosed < NEXT_MS || shown !== undefined;
          timer.current = setTimeout(() => open(currentTarget), isNext ? 0 : HOVER_MS);
        }}
        onPointerLeave={() => {
          isInside.current = false;
          leave();
        }}
        onPointerDown={() => {
          isPressed.current = true;
          document.addEventListener(
            'pointerup',
            () => {
              isPressed.current = false;
            },
            { once: true },
          );
          close();
        }}
        // A click focuses, too.
        onFocus={({ currentTarget }) => !isPressed.current && open(currentTarget)}
        onBlur={close}
        onClick={close}
      >
        {children}
      </Slot.Root>
      {anchor !== undefined && popups !== undefined && (
        <popups.Bubble
          id={id}
          anchor={anchor}
          side={side}
          onClose={close}
          onPointerEnter={stay}
          onPointerLeave={leave}
        >
          <span>{text}</span>
          {shortcut !== undefined && <Keys combination={shortcut} inverted />}
        </popups.Bubble>
      )}
    </>
  );
}

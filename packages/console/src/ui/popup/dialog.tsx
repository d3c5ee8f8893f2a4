/** A dialog that was opened. */

import * as Radix from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import { classes } from '../../outline/mod.ts';
import { IconButton } from '../button.tsx';
import type { DialogProps } from '../popup-props.ts';
import { overlayClasses, widths } from './dialog-classes.ts';

export function OpenedDialog({
  open,
  onOpenChange,
  title,
  description,
  size = 'md',
  children,
  footer,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayClasses} />
        <Radix.Content
          {...(description === undefined && { 'aria-describedby': undefined })}
          // Unless a field already has the focus. A menu that opened the dialog took it from the field that wants it. Without such a field,
          // focus the dialog itself: focusing its first button would open that button's tooltip.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            const { currentTarget: dialog } = event;
            if (!(dialog instanceof HTMLElement)) return;
            (dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog).focus();
          }}
          className={classes(
            'fixed inset-x-0 bottom-0 z-40 mx-auto flex max-h-[92dvh] w-full animate-rise flex-col rounded-t-xl border border-line bg-raised shadow-high outline-none',
            'sm:top-[12vh] sm:bottom-auto sm:max-h-[80dvh] sm:rounded-xl',
            widths[size],
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description asChild>
                  <div className="mt-0.5 text-muted text-sm">{description}</div>
                </Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton icon={X} label="Close" size="sm" className="-mr-1.5" />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 rounded-b-xl border-line border-t bg-panel px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

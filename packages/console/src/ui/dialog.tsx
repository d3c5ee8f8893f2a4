/** A modal dialog. It traps the focus and returns it on close; Escape and a click outside close it. */
import type { ReactNode } from 'react';
import type { widths } from './popup/dialog-classes.ts';
import { useOnceOpened } from './popups.ts';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly size?: keyof typeof widths;
  readonly children?: ReactNode;
  /** The buttons, primary last. */
  readonly footer?: ReactNode;
}

export function Dialog(props: DialogProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedDialog {...props} />;
}

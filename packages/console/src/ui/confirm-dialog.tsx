/** Asks for confirmation. A click outside does not close it, and for the most serious actions the user must type a word. */
import type { ReactNode } from 'react';
import { useOnceOpened } from './popups.ts';

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What will happen, and who is affected. */
  readonly description: ReactNode;
  readonly confirmLabel: string;
  readonly tone?: 'danger' | 'neutral';
  /** What the user must type, such as the name of what they delete. */
  readonly typed?: string;
  /** Why it cannot be confirmed yet. */
  readonly disabledReason?: string | undefined;
  readonly wide?: boolean;
  readonly children?: ReactNode;
  /** A rejection keeps the dialog open and shows the reason. */
  readonly onConfirm: () => Promise<unknown>;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedConfirmDialog {...props} />;
}

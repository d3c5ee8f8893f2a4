/** Asks for confirmation. A click outside does not close it, and for the most serious actions the user must type a word. */
import type { ConfirmDialogProps } from './popup-props.ts';
import { useOnceOpened } from './popups.ts';

export function ConfirmDialog(props: ConfirmDialogProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedConfirmDialog {...props} />;
}

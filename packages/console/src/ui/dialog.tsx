/** A modal dialog. It traps the focus and returns it on close; Escape and a click outside close it. */
import type { DialogProps } from './popup-props.ts';
import { useOnceOpened } from './popups.ts';

export function Dialog(props: DialogProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedDialog {...props} />;
}

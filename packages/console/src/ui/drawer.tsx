/** A drawer at the left edge of a phone. It is a modal dialog. */
import type { DrawerProps } from './popup-props.ts';
import { useOnceOpened } from './popups.ts';

export function Drawer(props: DrawerProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedDrawer {...props} />;
}

/** A drawer at the left edge of a phone. It is a modal dialog. */
import type { ReactNode } from 'react';
import { useOnceOpened } from './popups.ts';

export interface DrawerProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** For screen readers. */
  readonly title: string;
  readonly children: ReactNode;
}

export function Drawer(props: DrawerProps) {
  const popups = useOnceOpened(props.open);
  return popups === undefined ? null : <popups.OpenedDrawer {...props} />;
}

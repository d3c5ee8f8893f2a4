/**
 * Everything that opens above the page: menus, lists of choices, dialogs, tooltips. Together they are a large script, which no page needs in
 * order to be shown. It loads with the first sign of a person, before whom nothing can open.
 * See docs/decisions/222-what-a-page-loads-first.md.
 */
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { toastError } from './plain/toast.ts';
import type {
  BubbleProps,
  ConfirmDialogProps,
  DialogProps,
  DrawerProps,
  MenuChoiceProps,
  MenuItemProps,
  MenuLabelProps,
  OpenedMenuProps,
  SelectPartProps,
} from './popup-props.ts';

/** What `popup/mod.ts` exports. */
export interface Popups {
  readonly Bubble: ComponentType<BubbleProps>;
  readonly OpenedConfirmDialog: ComponentType<ConfirmDialogProps>;
  readonly OpenedDialog: ComponentType<DialogProps>;
  readonly OpenedDrawer: ComponentType<DrawerProps>;
  readonly OpenedMenu: ComponentType<OpenedMenuProps>;
  readonly MenuItem: ComponentType<MenuItemProps>;
  readonly MenuLabel: ComponentType<MenuLabelProps>;
  readonly MenuSeparator: ComponentType;
  readonly MenuChoice: <Value extends string>(props: MenuChoiceProps<Value>) => ReactNode;
  readonly OpenedSelect: <Value extends string>(props: SelectPartProps<Value>) => ReactNode;
}

let source: (() => Promise<Popups>) | undefined;
let loaded: Popups | undefined;

/** Says where they come from: they use this file themselves. */
export function loadPopupsFrom(from: () => Promise<Popups>): void {
  source = from;
}

export async function loadPopups(): Promise<Popups> {
  if (source === undefined) throw new Error('nobody said where popups come from');
  loaded ??= await source();
  return loaded;
}

/** For content of what is open. */
export function loadedPopups(): Popups {
  if (loaded === undefined) throw new Error('nothing was opened yet');
  return loaded;
}

/** Undefined until they are loaded, which they are once they are wanted. */
export function usePopups(isWanted: boolean): Popups | undefined {
  const [, setLoaded] = useState(loaded !== undefined);
  const isMissing = isWanted && loaded === undefined;
  useEffect(() => {
    if (!isMissing) return;
    loadPopups().then(
      () => setLoaded(true),
      (error: unknown) => toastError(error, 'Could not load this part of the page'),
    );
  }, [isMissing]);
  return isWanted ? loaded : undefined;
}

/** For a dialog: it stays once it was opened, so that closing it can give the focus back. */
export function useOnceOpened(isOpen: boolean): Popups | undefined {
  const [wasOpened, setWasOpened] = useState(isOpen);
  if (isOpen && !wasOpened) setWasOpened(true);
  return usePopups(isOpen || wasOpened);
}

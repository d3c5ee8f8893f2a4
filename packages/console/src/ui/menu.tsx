/** A dropdown menu. Items that the user's role does not allow are disabled and show the reason. */
import type { LucideIcon } from 'lucide-react';
import { Slot } from 'radix-ui';
import { type ReactElement, type ReactNode, useState } from 'react';
import { loadedPopups, usePopups } from './popups.ts';

export interface MenuProps {
  /** The button that opens the menu. */
  readonly trigger: ReactElement;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'bottom' | 'right';
  readonly className?: string;
  readonly children: ReactNode;
}

export interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly tone?: 'danger' | 'neutral';
  readonly shortcut?: string;
  /** Why the item is disabled; its presence disables it. */
  readonly disabledReason?: string | undefined;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export interface MenuChoiceProps<Value extends string> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode; readonly hint?: string }[];
}

export interface MenuLabelProps {
  readonly children: ReactNode;
}

/** Created on first use, since a page may have a menu in each row. */
export function Menu(props: MenuProps) {
  const [wasOpened, setWasOpened] = useState<'never' | 'by key just now' | 'before'>('never');
  const popups = usePopups(wasOpened !== 'never');
  if (popups === undefined) {
    return (
      <Slot.Root
        aria-haspopup="menu"
        aria-expanded={false}
        data-state="closed"
        // A click by keyboard has a click count of 0.
        onClick={(event) => setWasOpened(event.detail === 0 ? 'by key just now' : 'before')}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setWasOpened('by key just now');
        }}
      >
        {props.trigger}
      </Slot.Root>
    );
  }
  return (
    <popups.OpenedMenu
      {...props}
      isByKey={wasOpened === 'by key just now'}
      onOpenChange={() => setWasOpened('before')}
    />
  );
}

// Only an open menu renders what is in it.

export function MenuItem(props: MenuItemProps) {
  const { MenuItem: Item } = loadedPopups();
  return <Item {...props} />;
}

export function MenuSeparator() {
  const { MenuSeparator: Separator } = loadedPopups();
  return <Separator />;
}

export function MenuLabel(props: MenuLabelProps) {
  const { MenuLabel: Label } = loadedPopups();
  return <Label {...props} />;
}

export function MenuChoice<Value extends string>(props: MenuChoiceProps<Value>) {
  const { MenuChoice: Choice } = loadedPopups();
  return <Choice {...props} />;
}

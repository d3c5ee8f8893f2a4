/** A dropdown menu. Items that the user's role does not allow are disabled and show the reason. */
import * as Slot from '@radix-ui/react-slot';
import { useState } from 'react';
import type { MenuChoiceProps, MenuItemProps, MenuLabelProps, MenuProps } from './popup-props.ts';
import { loadedPopups, usePopups } from './popups.ts';

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

/** An open menu and what is in it. */

import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import { classes } from '../../outline/mod.ts';
import { Keys } from '../keys.tsx';
import type { MenuChoiceProps, MenuItemProps, MenuLabelProps, OpenedMenuProps } from '../popup-props.ts';

export function OpenedMenu({
  trigger,
  align = 'end',
  side = 'bottom',
  className,
  isByKey,
  onOpenChange,
  children,
}: OpenedMenuProps) {
  return (
    // Not modal: that would hide the page, its main landmark and its heading from screen readers.
    <DropdownMenu.Root defaultOpen modal={false} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          ref={isByKey ? beginAtFirstItem : null}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={classes(
            'z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 animate-pop-in overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-high',
            className,
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Focuses the first item, as a menu does that was opened by keyboard. */
function beginAtFirstItem(content: HTMLElement | null): void {
  requestAnimationFrame(() =>
    content?.querySelector<HTMLElement>('[role^="menuitem"]:not([data-disabled])')?.focus(),
  );
}

const itemClasses =
  'flex min-h-8 select-none items-center gap-2.5 rounded-md px-2 py-1 text-sm outline-none data-[disabled]:cursor-not-allowed data-[highlighted]:bg-hover';

export function MenuItem({
  icon: Icon,
  tone = 'neutral',
  shortcut,
  disabledReason,
  onSelect,
  children,
}: MenuItemProps) {
  const disabled = disabledReason !== undefined;
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className={classes(
        itemClasses,
        tone === 'danger' && 'text-danger-ink data-[highlighted]:bg-danger-soft',
        disabled && 'text-faint',
      )}
    >
      {Icon && <Icon aria-hidden="true" className="size-4 shrink-0 opacity-80" />}
      <span className="min-w-0 flex-1">
        {children}
        {disabled && <span className="block max-w-60 text-faint text-xs">{disabledReason}</span>}
      </span>
      {shortcut !== undefined && <Keys combination={shortcut} />}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: MenuLabelProps) {
  return (
    <DropdownMenu.Label className="px-2 pt-1.5 pb-1 font-medium text-faint text-xs">
      {children}
    </DropdownMenu.Label>
  );
}

export function MenuChoice<Value extends string>({ value, onChange, options }: MenuChoiceProps<Value>) {
  return (
    <DropdownMenu.RadioGroup
      value={value}
      onValueChange={(chosen) => {
        const option = options.find((candidate) => candidate.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className={itemClasses}>
          <span className="min-w-0 flex-1">
            <span className="block truncate">{option.label}</span>
            {option.hint !== undefined && <span className="block text-faint text-xs">{option.hint}</span>}
          </span>
          <DropdownMenu.ItemIndicator>
            <Check aria-hidden="true" className="size-4 text-accent-ink" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

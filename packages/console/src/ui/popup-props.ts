/** The properties of what opens above the page, for the parts that are always there and those that load later. */
import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { widths } from './popup/dialog-classes.ts';

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

export interface DrawerProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** For screen readers. */
  readonly title: string;
  readonly children: ReactNode;
}

export interface OpenedMenuProps extends MenuProps {
  readonly isByKey: boolean;
  readonly onOpenChange: () => void;
}

export interface BubbleProps {
  readonly id: string;
  readonly anchor: Element;
  readonly side: 'top' | 'right' | 'bottom' | 'left';
  readonly onClose: () => void;
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly children: ReactNode;
}

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  readonly disabled?: boolean;
}

export interface SelectPartProps<Value extends string> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly SelectOption<Value>[];
  readonly disabled?: boolean;
  readonly placeholder?: string;

  readonly trigger: { readonly id: string; readonly className: string; readonly 'aria-describedby'?: string };
}

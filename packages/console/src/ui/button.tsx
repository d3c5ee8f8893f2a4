/**
 * Buttons. A disabled button stays focusable and shows why (`disabledReason`), so that users learn what their role lacks. Clicking it does
 * nothing.
 */
import type { LucideIcon } from 'lucide-react';
import { classes } from '../outline/mod.ts';
import { ariaKeys } from './keys.tsx';
import { buttonShape, buttonVariants, PlainButton, type PlainButtonProps } from './plain/plain-button.tsx';
import { Spinner } from './plain/spinner.tsx';
import { Tooltip } from './tooltip.tsx';

export interface ButtonProps extends Omit<PlainButtonProps, 'isIdle'> {
  /** Why the button is disabled; its presence disables it. */
  readonly disabledReason?: string | undefined;
  readonly shortcut?: string;
}

export function Button({ disabledReason, shortcut, ...rest }: ButtonProps) {
  const keys = disabledReason === undefined ? ariaKeys(shortcut) : undefined;
  const button = (
    <PlainButton
      {...rest}
      aria-keyshortcuts={keys}
      isIdle={rest.loading === true || disabledReason !== undefined}
    />
  );
  const text = disabledReason ?? (shortcut === undefined ? undefined : rest.children);
  return text === undefined ? (
    button
  ) : (
    <Tooltip text={text} shortcut={disabledReason === undefined ? shortcut : undefined}>
      {button}
    </Tooltip>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'aria-label'> {
  readonly icon: LucideIcon;
  /** What the button does; shown as a tooltip. */
  readonly label: string;
}

export function IconButton({
  icon: Icon,
  label,
  variant = 'ghost',
  size = 'md',
  disabledReason,
  shortcut,
  loading = false,
  className,
  onClick,
  ...rest
}: IconButtonProps) {
  const idle = loading || disabledReason !== undefined;
  const square = { sm: 'size-7', md: 'size-8', lg: 'size-10' }[size];
  return (
    <Tooltip text={disabledReason ?? label} shortcut={shortcut}>
      <button
        {...rest}
        type="button"
        aria-label={label}
        aria-keyshortcuts={disabledReason === undefined ? ariaKeys(shortcut) : undefined}
        aria-disabled={idle || undefined}
        className={classes(buttonShape, buttonVariants[variant], square, className)}
        onClick={(event) => {
          if (idle) event.preventDefault();
          else onClick?.(event);
        }}
      >
        {loading ? <Spinner /> : <Icon aria-hidden="true" className="size-4" />}
      </button>
    </Tooltip>
  );
}

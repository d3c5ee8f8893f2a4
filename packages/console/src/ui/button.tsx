/**
 * Buttons. One that may not be used stays focusable and says why (`disabledReason`), so that what a role lacks is explained instead of
 * being a riddle; it then does nothing.
 */
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Spinner } from './spinner.tsx';
import { Tooltip } from './tooltip.tsx';

const variants = {
  primary: 'bg-solid text-solid-fg hover:bg-solid-hover shadow-low',
  accent: 'bg-accent text-accent-fg hover:bg-accent-hover shadow-low',
  secondary: 'border border-line-strong bg-raised text-fg hover:bg-hover shadow-low',
  ghost: 'text-muted hover:bg-hover hover:text-fg',
  danger: 'bg-danger text-accent-fg hover:bg-danger-hover shadow-low',
  'danger-quiet': 'border border-line-strong bg-raised text-danger-ink hover:bg-danger-soft shadow-low',
} as const;

const sizes = {
  sm: 'h-7 gap-1.5 px-2.5 text-xs',
  md: 'h-8 gap-1.5 px-3 text-sm',
  lg: 'h-10 gap-2 px-4 text-base',
} as const;

export type ButtonVariant = keyof typeof variants;

const shape =
  'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors duration-100 aria-disabled:opacity-50 disabled:opacity-50';

/** The classes of a button, for a link that looks like one. */
export function buttonClasses(variant: ButtonVariant = 'secondary', size: keyof typeof sizes = 'md'): string {
  return classes(shape, variants[variant], sizes[size]);
}

export interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: ButtonVariant;
  readonly size?: keyof typeof sizes;
  readonly icon?: LucideIcon | undefined;
  /** Shows a spinner and ignores clicks. */
  readonly loading?: boolean;
  /** Why this may not be done now; its presence disables the button. */
  readonly disabledReason?: string | undefined;
  readonly shortcut?: string;
  readonly children?: ReactNode;
}

export function Button({
  variant = 'secondary',
  size = 'md',
  icon: Icon,
  loading = false,
  disabledReason,
  shortcut,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const idle = loading || disabledReason !== undefined;
  const button = (
    <button
      {...rest}
      type={type}
      aria-disabled={idle || undefined}
      aria-busy={loading || undefined}
      className={classes(buttonClasses(variant, size), className)}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (idle) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {loading ? <Spinner className="size-3.5" /> : Icon && <Icon aria-hidden="true" className="size-3.5" />}
      {children}
    </button>
  );
  const text = disabledReason ?? (shortcut === undefined ? undefined : children);
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
  /** What it does; shown as a tooltip. */
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
        aria-disabled={idle || undefined}
        className={classes(shape, variants[variant], square, className)}
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

/** A button without a tooltip, so that the pages before the login need not load Radix. */
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { classes } from '../../outline/mod.ts';
import { Spinner } from './spinner.tsx';

export const buttonVariants = {
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

export type ButtonVariant = keyof typeof buttonVariants;

export const buttonShape =
  'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors duration-100 aria-disabled:opacity-50 disabled:opacity-50';

/** The classes of a button, for links that look like buttons. */
export function buttonClasses(variant: ButtonVariant = 'secondary', size: keyof typeof sizes = 'md'): string {
  return classes(buttonShape, buttonVariants[variant], sizes[size]);
}

export interface PlainButtonProps extends ComponentProps<'button'> {
  readonly variant?: ButtonVariant;
  readonly size?: keyof typeof sizes;
  readonly icon?: LucideIcon | undefined;
  /** Shows a spinner and ignores clicks. */
  readonly loading?: boolean;
  /** Ignores clicks, but stays focusable. */
  readonly isIdle?: boolean;
  readonly children?: ReactNode;
}

export function PlainButton({
  variant = 'secondary',
  size = 'md',
  icon: Icon,
  loading = false,
  isIdle = loading,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: PlainButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={isIdle || undefined}
      aria-busy={loading || undefined}
      className={classes(buttonClasses(variant, size), className)}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (isIdle) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {loading ? <Spinner className="size-3.5" /> : Icon && <Icon aria-hidden="true" className="size-3.5" />}
      {children}
    </button>
  );
}

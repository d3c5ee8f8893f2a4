/** A word about the status of something. Its colour never says more than the word. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from '../outline/mod.ts';

const tones = {
  neutral: 'bg-sunken text-muted',
  accent: 'bg-accent-soft text-accent-ink',
  success: 'bg-success-soft text-success-ink',
  warning: 'bg-warning-soft text-warning-ink',
  danger: 'bg-danger-soft text-danger-ink',
  info: 'bg-info-soft text-info-ink',
  outline: 'border border-line text-muted',
} as const;

export type Tone = keyof typeof tones;

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: LucideIcon;
  /** Shows a dot before the word, as for `live`. */
  readonly dot?: boolean;
  readonly mono?: boolean;
  readonly children: ReactNode;
}

export function Badge({ tone = 'neutral', icon: Icon, dot = false, mono = false, children }: BadgeProps) {
  return (
    <span
      className={classes(
        'inline-flex h-5 max-w-full items-center gap-1 whitespace-nowrap rounded-full px-2 font-medium text-xs tracking-normal',
        mono && 'font-mono',
        tones[tone],
      )}
    >
      {dot && <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />}
      {Icon && <Icon aria-hidden="true" className="size-3" />}
      <span className="truncate">{children}</span>
    </span>
  );
}

/** A highlighted message. Screen readers announce errors. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from '../../outline/mod.ts';

const tones = {
  info: { className: 'bg-info-soft text-info-ink', icon: Info },
  success: { className: 'bg-success-soft text-success-ink', icon: CircleCheck },
  warning: { className: 'bg-warning-soft text-warning-ink', icon: TriangleAlert },
  danger: { className: 'bg-danger-soft text-danger-ink', icon: CircleAlert },
} as const;

export interface CalloutProps {
  readonly tone?: keyof typeof tones;
  readonly title?: string;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

export function Callout({ tone = 'info', title, action, children }: CalloutProps) {
  const { className, icon: Icon } = tones[tone];
  return (
    <div
      {...(tone === 'danger' && { role: 'alert' })}
      className={classes('flex items-start gap-2.5 rounded-lg px-3.5 py-2.5 text-sm', className)}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children}
      </div>
      {action}
    </div>
  );
}

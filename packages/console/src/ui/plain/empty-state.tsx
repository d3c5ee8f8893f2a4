/** Replaces an empty list: says what belongs here, why it is useful, and how to start. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** 1 if the page has no other content. */
  readonly level?: 1 | 2;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, level = 2, children, action }: EmptyStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <div className="mb-4 grid size-11 place-items-center rounded-xl border border-line bg-panel shadow-low">
        <Icon aria-hidden="true" className="size-5 text-muted" />
      </div>
      <Heading className="font-semibold text-base">{title}</Heading>
      {children !== undefined && <div className="mt-1 max-w-md text-muted text-sm">{children}</div>}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

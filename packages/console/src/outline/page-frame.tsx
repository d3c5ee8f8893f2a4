/** The layout of a page behind the login: heading, actions and width. */
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface PageFrameProps {
  readonly heading: ReactNode;
  /** Shown above the title. */
  readonly breadcrumb?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly width?: 'narrow' | 'normal' | 'full';
  readonly children: ReactNode;
}

const widths = { narrow: 'max-w-3xl', normal: 'max-w-5xl', full: 'max-w-none' } as const;

export function PageFrame({
  heading,
  breadcrumb,
  description,
  actions,
  width = 'normal',
  children,
}: PageFrameProps) {
  return (
    <div className={classes('mx-auto flex w-full flex-col gap-6 px-4 py-6 sm:px-8 sm:py-8', widths[width])}>
      <header className="flex flex-col gap-3 sm:flex-row sm:items-start">
        <div className="min-w-0 flex-1">
          {breadcrumb !== undefined && <div className="mb-1 text-faint text-xs">{breadcrumb}</div>}
          <h1 className="text-balance break-words font-semibold text-xl tracking-tight">{heading}</h1>
          {description !== undefined && (
            <div className="mt-1 max-w-2xl text-muted text-sm">{description}</div>
          )}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The layout of a page behind the login: title, actions and width. The title is also the document's. */
import { type ReactNode, useEffect } from 'react';
import { classes } from '../../outline/mod.ts';

export function useDocumentTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'px0' : `${title} · px0`;
  }, [title]);
}

export interface PageProps {
  readonly title: string;
  /** Replaces the title in the page; the title then only names the document. */
  readonly heading?: ReactNode;
  /** Shown above the title. */
  readonly breadcrumb?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly width?: 'narrow' | 'normal' | 'full';
  readonly children: ReactNode;
}

const widths = { narrow: 'max-w-3xl', normal: 'max-w-5xl', full: 'max-w-none' } as const;

export function Page({
  title,
  heading,
  breadcrumb,
  description,
  actions,
  width = 'normal',
  children,
}: PageProps) {
  useDocumentTitle(title);
  return (
    <div className={classes('mx-auto flex w-full flex-col gap-6 px-4 py-6 sm:px-8 sm:py-8', widths[width])}>
      <header className="flex flex-col gap-3 sm:flex-row sm:items-start">
        <div className="min-w-0 flex-1">
          {breadcrumb !== undefined && <div className="mb-1 text-faint text-xs">{breadcrumb}</div>}
          <h1 className="text-balance break-words font-semibold text-xl tracking-tight">
            {heading ?? title}
          </h1>
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

export interface SectionProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, description, actions, children }: SectionProps) {
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <div>
          <h2 className="font-semibold text-base">{title}</h2>
          {description !== undefined && <p className="text-muted text-sm">{description}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A bordered surface, for lists and forms. */
export function Card({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  return (
    <div className={classes('rounded-xl border border-line bg-raised shadow-low', className)}>{children}</div>
  );
}

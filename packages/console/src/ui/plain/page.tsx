/** The layout of a page behind the login: title, actions and width. The title is also the document's. */
import { type ReactNode, useEffect } from 'react';
import { classes, PageFrame, type PageFrameProps } from '../../outline/mod.ts';

export function useDocumentTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'px0' : `${title} · px0`;
  }, [title]);
}

export interface PageProps extends Omit<PageFrameProps, 'heading'> {
  readonly title: string;
  /** Replaces the title in the page; the title then only names the document. */
  readonly heading?: ReactNode;
}

export function Page({ title, heading = title, ...rest }: PageProps) {
  useDocumentTitle(title);
  return <PageFrame heading={heading} {...rest} />;
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

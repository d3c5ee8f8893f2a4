/** The outlines of the pages behind the login. The build renders them into `index.html`, so they import nothing that needs a browser. */
import type { ReactNode } from 'react';
import { Logo, PageFrame, Skeleton } from '../outline/mod.ts';

/** The outline of a page while it loads. */
export function PageSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="mx-auto flex max-w-5xl flex-col gap-6 px-4 py-6 sm:px-8 sm:py-8"
    >
      <Skeleton className="h-7 w-48" />
      <Skeleton className="h-72 w-full rounded-xl" />
    </div>
  );
}

export interface PageOutlineProps {
  readonly title: string;
  readonly description: string;
}

/** The outline of a page whose title is known. */
export function PageOutline({ title, description }: PageOutlineProps) {
  return (
    <PageFrame heading={title} description={description}>
      <div role="status" aria-label="Loading">
        <Skeleton className="h-72 w-full rounded-xl" />
      </div>
    </PageFrame>
  );
}

export function ShellSkeleton({ children = <PageSkeleton /> }: { readonly children?: ReactNode }) {
  return (
    <div className="min-h-dvh lg:pl-60">
      <div className="fixed inset-y-0 left-0 hidden w-60 flex-col gap-2.5 border-line border-r bg-panel p-3 lg:flex">
        <span className="self-start px-1.5 py-1">
          <Logo />
        </span>
        <Skeleton className="h-9 w-full" />
        <Skeleton className="h-8 w-full" />
        <Skeleton className="mt-3 h-6 w-32" />
        <Skeleton className="h-6 w-28" />
      </div>
      <div className="flex h-13 items-center gap-1 border-line border-b px-2.5 lg:hidden">
        <span className="size-8" />
        <span className="px-1.5 py-1">
          <Logo />
        </span>
      </div>
      {children}
    </div>
  );
}

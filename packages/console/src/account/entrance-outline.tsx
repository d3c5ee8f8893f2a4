/** The layout of the pages before the login, and its outline. Both are in the built `index.html`, so they need no browser. */
import type { ReactNode } from 'react';
import { Logo, Skeleton } from '../outline/mod.ts';

export function EntranceOutline({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-10 sm:justify-center sm:py-16">
      <header className="mb-8">
        <Logo />
      </header>
      <main className="w-full max-w-sm rounded-xl border border-line bg-raised p-6 shadow-low sm:p-8">
        {children}
      </main>
    </div>
  );
}

/** As tall as the login form, so that nothing moves when the form appears. */
export function EntranceSkeleton() {
  return (
    <EntranceOutline>
      <div className="h-[21.5rem]">
        <Skeleton className="h-7 w-24" />
      </div>
    </EntranceOutline>
  );
}

/** The frame of the forms before the login, and their outline. They stand in the built page itself, too, so they import nothing that asks the browser. */
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

/** As tall as the login, so that nothing moves when it comes. */
export function EntranceSkeleton() {
  return (
    <EntranceOutline>
      <div className="h-[21.5rem]">
        <Skeleton className="h-7 w-24" />
      </div>
    </EntranceOutline>
  );
}

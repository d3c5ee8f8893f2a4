/** The page round the forms before the login. */
import { Outlet } from '@tanstack/react-router';
import { Logo } from '../ui/mod.ts';

export function EntranceFrame() {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-10 sm:justify-center sm:py-16">
      <header className="mb-8">
        <Logo />
      </header>
      <main className="w-full max-w-sm rounded-xl border border-line bg-raised p-6 shadow-low sm:p-8">
        <Outlet />
      </main>
    </div>
  );
}

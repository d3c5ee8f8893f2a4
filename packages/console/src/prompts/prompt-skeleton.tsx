/** The outline of the pages about a prompt, shown while they load. */
import { Skeleton } from '../ui/mod.ts';

export function PromptSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading prompt"
      className="mx-auto flex w-full max-w-5xl flex-col gap-6 px-4 py-6 sm:px-8 sm:py-8"
    >
      <div className="flex flex-col gap-2">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-5 w-32" />
      </div>
      <Skeleton className="h-9 w-80" />
      <Skeleton className="h-14 w-full rounded-xl" />
      <Skeleton className="h-32 w-full rounded-xl" />
      <Skeleton className="h-32 w-full rounded-xl" />
    </div>
  );
}

/** The outline of the editor, shown while it loads. */
import { Skeleton, SkeletonRows } from '../ui/mod.ts';

export function EditorSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading version"
      className="flex h-[calc(100dvh-3.25rem)] flex-col lg:h-dvh"
    >
      <div className="flex h-16 flex-col justify-center gap-2 border-line border-b px-4">
        <Skeleton className="h-3.5 w-56" />
        <Skeleton className="h-6 w-40" />
      </div>
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
        <div className="flex flex-col gap-2.5 p-4">
          <Skeleton className="h-3.5 w-3/4" />
          <Skeleton className="h-3.5 w-full" />
          <Skeleton className="h-3.5 w-1/2" />
        </div>
        <div className="border-line border-l max-lg:hidden">
          <SkeletonRows label="variables" rows={4} />
        </div>
      </div>
    </div>
  );
}

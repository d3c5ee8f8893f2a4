/** Placeholders in the size of content that is still loading, so that nothing moves when it arrives. */
import { classes } from './classes.ts';

export function Skeleton({ className }: { readonly className: string }) {
  return <div aria-hidden="true" className={classes('animate-pulse rounded-md bg-sunken', className)} />;
}

export interface SkeletonRowsProps {
  readonly rows?: number;
  /** What is loading, for screen readers. */
  readonly label: string;
}

/** Placeholder rows of a list. */
export function SkeletonRows({ rows = 5, label }: SkeletonRowsProps) {
  return (
    <div role="status" aria-label={`Loading ${label}`} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no identity
        <div key={row} className="flex h-14 items-center gap-3 px-4">
          <Skeleton className="size-7 rounded-full" />
          <Skeleton className={classes('h-3.5', ['w-40', 'w-56', 'w-32'][row % 3])} />
          <Skeleton className="ml-auto h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}

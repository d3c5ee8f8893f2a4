/** Tells administrators of changes that somebody made against a policy, until one of them has acknowledged each. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { buttonClasses, Callout } from '../ui/mod.ts';
import { waitingReading } from './readings.ts';
import type { ChangeRequest } from './request-words.ts';

export function isUnacknowledged({ break_glass: glass }: Pick<ChangeRequest, 'break_glass'>): boolean {
  return glass !== null && glass.acknowledged_by === null;
}

export function BrokenBanner() {
  const broken = useQuery(waitingReading()).data?.change_requests.filter(isUnacknowledged) ?? [];
  const [first] = broken;
  if (first === undefined) return null;
  return (
    <Callout
      tone="danger"
      title={
        broken.length === 1
          ? `A change to ${first.slug} overrode a policy`
          : `${broken.length} changes overrode a policy`
      }
      action={
        <Link
          to="/requests/$requestId"
          params={{ requestId: first.id }}
          className={buttonClasses('secondary', 'sm')}
        >
          Review it
        </Link>
      }
    >
      Reason: {first.break_glass?.reason}. An administrator must acknowledge it.
    </Callout>
  );
}

/** What happened to the user's account: a login that was not theirs is seen here. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pages } from '../api/mod.ts';
import { Badge, Button, Card, ExactTime, Failure, SkeletonRows } from '../ui/mod.ts';
import { accountSentence } from './account-sentence.ts';

const FIRST = 5;
const MORE = 20;

export function AccountActivity() {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    pages('listMyAudit', {}),
  );
  const [count, setCount] = useState(FIRST);
  const showMore = (): void => {
    setCount(count + MORE);
    if (hasNextPage && entries.length < count + MORE) void fetchNextPage();
  };
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  if (error !== null) return <Failure error={error} retry={refetch} />;
  return (
    <Card>
      {data === undefined ? (
        <SkeletonRows label="recent activity" rows={3} />
      ) : entries.length === 0 ? (
        <p className="p-5 text-muted text-sm">Nothing yet.</p>
      ) : (
        <ol aria-label="Recent activity" className="divide-y divide-line">
          {entries.slice(0, count).map((entry) => (
            <li key={entry.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2.5 text-sm">
              <span className="min-w-0 flex-1 basis-48">{accountSentence(entry)}</span>
              {entry.via !== null && <Badge tone="outline">{entry.via}</Badge>}
              <span className="text-faint text-xs">
                <ExactTime timestamp={entry.created_at} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {(hasNextPage || entries.length > count) && (
        <div className="flex justify-center border-line border-t p-3">
          <Button loading={isFetchingNextPage} onClick={showMore}>
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}

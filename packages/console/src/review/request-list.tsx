/** The change requests of a team or of a prompt. `j` and `k` move through them, as through any list. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { GitPullRequestArrow } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { useListKeys } from '../commands/mod.ts';
import { Badge, Button, Card, EmptyState, Failure, Segments, SkeletonRows, Time } from '../ui/mod.ts';
import { type RequestState, requestPages } from './readings.ts';
import { type ChangeRequest, changeText, standingOf } from './request-words.ts';

const states: readonly { readonly value: RequestState; readonly label: string }[] = [
  { value: 'open', label: 'Open' },
  { value: 'applied', label: 'Applied' },
  { value: 'closed', label: 'Closed' },
  { value: 'obsolete', label: 'Obsolete' },
];

const nothing: { readonly [State in RequestState]: string } = {
  open: 'No open change requests',
  applied: 'No applied change requests',
  closed: 'No closed change requests',
  obsolete: 'No obsolete change requests',
};

export interface RequestListProps {
  readonly teamId: string;
  /** Only the requests of this prompt. */
  readonly promptId?: string;
}

export function RequestList({ teamId, promptId }: RequestListProps) {
  const [state, setState] = useState<RequestState>('open');
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, 'Change requests');
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    requestPages(teamId, promptId, state),
  );
  const requests = data?.pages.flatMap((page) => page.change_requests) ?? [];
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Segments label="State" value={state} onChange={setState} options={states} />
      </div>
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {data === undefined ? (
          error === null && <SkeletonRows label="change requests" rows={3} />
        ) : requests.length === 0 ? (
          <EmptyState icon={GitPullRequestArrow} title={nothing[state]}>
            Someone proposes a change, others review it, and then it is applied. “Propose” is in the dialog
            that makes a version live.
          </EmptyState>
        ) : (
          <ul ref={list} aria-label="Change requests" className="divide-y divide-line">
            {requests.map((request) => (
              <li key={request.id}>
                <RequestRow request={request} showsPrompt={promptId === undefined} />
              </li>
            ))}
          </ul>
        )}
        {hasNextPage && (
          <div className="flex justify-center border-line border-t p-3">
            <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Load more
            </Button>
          </div>
        )}
      </Card>
    </div>
  );
}

export interface RequestRowProps {
  readonly request: ChangeRequest;
  readonly showsPrompt: boolean;
  readonly children?: ReactNode;
}

/** A request in a list. The whole row is its link. */
export function RequestRow({ request, showsPrompt, children }: RequestRowProps) {
  const standing = standingOf(request);
  return (
    <div className="relative flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-3 transition-colors hover:bg-panel">
      <div className="min-w-0 flex-1 basis-60">
        <p className="break-words text-sm">
          <span className="text-faint tabular-nums">#{request.number}</span>{' '}
          <Link
            to="/requests/$requestId"
            params={{ requestId: request.id }}
            data-row
            className="rounded-sm font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
          >
            {request.title}
          </Link>
        </p>
        <p className="break-words text-faint text-xs">
          {changeText(request.change)}
          {showsPrompt && (
            <>
              {' of '}
              <code>{request.slug}</code>
            </>
          )}
          {' · '}
          <Time timestamp={request.created_at} />
        </p>
      </div>
      {children}
      <Badge tone={standing.tone}>{standing.word}</Badge>
    </div>
  );
}

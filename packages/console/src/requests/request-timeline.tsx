/** What happened to a request, oldest first: its reviews with why one does not count, its comments, and its end. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDot, CircleSlash, MessageSquare, MessageSquareWarning, Zap } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { pages } from '../api/mod.ts';
import { type ActorName, attempt, useActorName } from '../prompts/mod.ts';
import { type ChangeRequest, changeText, RequestText, type Review, whyNotCounted } from '../review/mod.ts';
import { Button, Failure, Section, TextArea, Time, toast } from '../ui/mod.ts';
import type { RequestWrites } from './writes.ts';

type Comment = Wire<'Comment'>;

export interface RequestTimelineProps {
  readonly request: ChangeRequest;
  readonly writes: RequestWrites;
  /** Whether the user may dismiss the reviews of others. */
  readonly mayDismiss: boolean;
}

export function RequestTimeline({ request, writes, mayDismiss }: RequestTimelineProps) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    pages('listComments', { params: { id: request.id } }),
  );
  const comments = data?.pages.flatMap((page) => page.comments) ?? [];
  const nameOf = useActorName(request.team_id, [
    request.author,
    ...(request.applied_by === null ? [] : [request.applied_by]),
    ...request.reviews.map(actorOf),
    ...comments.map(({ author }) => author),
  ]);
  const steps = [
    ...request.reviews.map((review) => ({
      at: review.created_at,
      key: review.id,
      step: (
        <ReviewStep
          review={review}
          request={request}
          nameOf={nameOf}
          writes={writes}
          mayDismiss={mayDismiss}
        />
      ),
    })),
    ...comments.map((comment) => ({
      at: comment.created_at,
      key: comment.id,
      step: <CommentStep comment={comment} nameOf={nameOf} />,
    })),
  ].toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return (
    <Section title="Timeline">
      {error !== null && <Failure error={error} retry={refetch} />}
      <ol aria-label="Timeline" className="flex flex-col gap-4">
        <li>
          <Step icon={CircleDot} at={request.created_at}>
            <b className="font-medium">{nameOf(request.author)}</b> proposed: {changeText(request.change)}
          </Step>
        </li>
        {steps.map(({ key, step }) => (
          <li key={key}>{step}</li>
        ))}
        <End request={request} nameOf={nameOf} />
      </ol>
      {hasNextPage && (
        <div>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Load more comments
          </Button>
        </div>
      )}
      <CommentForm writes={writes} />
    </Section>
  );
}

function actorOf({ user_id }: Review) {
  return { kind: 'user' as const, user_id, api_key_id: null };
}

interface StepProps {
  readonly icon: typeof CircleDot;
  readonly tone?: string;
  readonly at: string;
  readonly children: ReactNode;
  readonly text?: string;
  readonly note?: ReactNode;
}

function Step({ icon: Icon, tone = 'text-faint', at, children, text = '', note }: StepProps) {
  return (
    <div className="flex items-start gap-2.5 text-sm">
      <Icon aria-hidden="true" className={`mt-0.5 size-4 shrink-0 ${tone}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="break-words">
          {children}{' '}
          <span className="text-faint text-xs">
            <Time timestamp={at} />
          </span>
        </p>
        {text !== '' && (
          <div className="rounded-lg border border-line bg-raised px-3 py-2">
            <RequestText>{text}</RequestText>
          </div>
        )}
        {note}
      </div>
    </div>
  );
}

interface ReviewStepProps {
  readonly review: Review;
  readonly request: ChangeRequest;
  readonly nameOf: ActorName;
  readonly writes: RequestWrites;
  readonly mayDismiss: boolean;
}

function ReviewStep({ review, request, nameOf, writes, mayDismiss }: ReviewStepProps) {
  const isApproval = review.verdict === 'approve';
  const why = whyNotCounted(review);
  const dismiss = (): Promise<void> =>
    attempt(async () => {
      await writes.dismiss(review.id);
      toast({ title: 'Dismissed the review' });
    }, 'Could not dismiss the review');
  return (
    <Step
      icon={isApproval ? CircleCheck : MessageSquareWarning}
      tone={why !== undefined ? 'text-faint' : isApproval ? 'text-success' : 'text-warning-ink'}
      at={review.created_at}
      text={review.comment}
      note={
        why !== undefined ? (
          <p className="text-muted text-xs">{why}</p>
        ) : (
          mayDismiss &&
          request.state === 'open' && (
            <div>
              <Button size="sm" variant="ghost" onClick={() => void dismiss()}>
                Dismiss this review
              </Button>
            </div>
          )
        )
      }
    >
      <b className="font-medium">{nameOf(actorOf(review))}</b> {isApproval ? 'approved' : 'requested changes'}
    </Step>
  );
}

function CommentStep({ comment, nameOf }: { readonly comment: Comment; readonly nameOf: ActorName }) {
  return (
    <Step icon={MessageSquare} at={comment.created_at} text={comment.text}>
      <b className="font-medium">{nameOf(comment.author)}</b> commented
    </Step>
  );
}

/** How a request that is no longer open ended. */
function End({ request, nameOf }: { readonly request: ChangeRequest; readonly nameOf: ActorName }) {
  if (request.state === 'open') return null;
  const by = request.applied_by === null ? 'px0' : nameOf(request.applied_by);
  const reason = request.reason === null ? '' : `: ${request.reason}`;
  return (
    <li>
      {request.state === 'applied' ? (
        <Step
          icon={request.break_glass === null ? CircleCheck : Zap}
          tone={request.break_glass === null ? 'text-success' : 'text-danger'}
          at={request.applied_at ?? request.updated_at}
        >
          <b className="font-medium">{by}</b>{' '}
          {request.break_glass === null ? 'applied it' : 'overrode the policy and made the change'}
        </Step>
      ) : (
        <Step icon={CircleSlash} at={request.updated_at}>
          {request.state === 'closed' ? 'Closed' : 'Obsolete'}
          {reason}
        </Step>
      )}
    </li>
  );
}

function CommentForm({ writes }: { readonly writes: RequestWrites }) {
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    setSending(true);
    await attempt(async () => {
      await writes.comment(text.trim());
      setText('');
    }, 'Could not add the comment');
    setSending(false);
  };
  return (
    <form
      className="flex flex-col items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '' && !isSending) void send();
      }}
    >
      <div className="w-full">
        <TextArea label="Comment" rows={2} maxLength={10_000} value={text} onChange={setText} />
      </div>
      <Button
        type="submit"
        loading={isSending}
        disabledReason={text.trim() === '' ? 'Write a comment' : undefined}
      >
        Comment
      </Button>
    </form>
  );
}

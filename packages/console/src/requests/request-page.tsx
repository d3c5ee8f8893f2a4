/** A change request: what callers would get, what differs, what policies ask for, who reviewed it, and what happened so far. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useUser } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import { DiffView } from '../diff/mod.ts';
import { asJson, prettyJson } from '../json/mod.ts';
import {
  CheckResult,
  ContentDiff,
  ContractChanges,
  promptReading,
  useActorName,
  WholeContent,
} from '../prompts/mod.ts';
import {
  type ChangeRequest,
  changeText,
  RequestText,
  RequirementList,
  requestPages,
  requestReading,
  standingOf,
  useTeamPolicies,
  waitingReading,
  whyNotCounted,
} from '../review/mod.ts';
import { Badge, Button, Callout, Page, Section, Time, toast } from '../ui/mod.ts';
import { useOrgTeams, usePermissions, useWorkspace } from '../workspace/mod.ts';
import { RequestActions } from './request-actions.tsx';
import { RequestTimeline } from './request-timeline.tsx';
import { approvalDoubt } from './rights.ts';
import { useRequestWrites } from './writes.ts';

const route = getRouteApi('/shell/requests/$requestId');

export function RequestPage() {
  const { requestId } = route.useParams();
  return <Shown key={requestId} requestId={requestId} />;
}

function Shown({ requestId }: { readonly requestId: string }) {
  const { data } = useSuspenseQuery(requestReading(requestId));
  const { change_request: request } = data;
  const writes = useRequestWrites(requestId);
  const user = useUser();
  const { may } = usePermissions({ teamId: request.team_id });
  const standing = standingOf(request);
  const isAuthor = request.author.user_id === user.id;
  const changed = useChanged(request.binding);
  const doubt = useDoubt(request, isAuthor);
  useNext(request);
  return (
    <Page
      title={request.title}
      breadcrumb={<RequestTrail request={request} />}
      heading={
        <span className="inline-flex flex-wrap items-center gap-2.5">
          {request.title}
          <Badge tone={standing.tone}>{standing.word}</Badge>
        </span>
      }
      description={<Proposal request={request} />}
      actions={
        <RequestActions
          request={request}
          writes={writes}
          isAuthor={isAuthor}
          doubt={doubt}
          unseen={changed.isChanged ? 'This request changed. Look at the new content first.' : undefined}
        />
      }
    >
      <BreakGlass request={request} isOwn={request.applied_by?.user_id === user.id} writes={writes} />
      {changed.isChanged && request.state === 'open' && (
        <Callout
          tone="warning"
          title="This request changed since you opened it"
          action={
            <Button size="sm" onClick={changed.see}>
              Review the new content
            </Button>
          }
        >
          {changed.what} This page now shows the new content. Earlier reviews no longer count.
        </Callout>
      )}
      {request.state === 'obsolete' && (
        <Callout tone="info" title="This request is obsolete">
          {sentence(request.reason ?? 'The prompt was changed in another way')}
        </Callout>
      )}
      {doubt !== undefined && request.state === 'open' && !isAuthor && (
        <Callout tone="info" title="Your approval won’t count">
          {sentence(doubt)}
        </Callout>
      )}
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="flex min-w-0 flex-col gap-6">
          {request.description !== '' && <RequestText>{request.description}</RequestText>}
          <WhatChanges {...data} />
        </div>
        <aside aria-label="Policies and reviews" className="flex min-w-0 flex-col gap-6">
          <Section title="Policies">
            {request.requirements.length === 0 ? (
              <p className="text-muted text-sm">No policy applies to this change.</p>
            ) : (
              <RequirementList requirements={request.requirements} />
            )}
          </Section>
          <Reviewers request={request} />
        </aside>
      </div>
      <RequestTimeline request={request} writes={writes} mayDismiss={may('dismissReview') && !isAuthor} />
    </Page>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function RequestTrail({ request }: { readonly request: ChangeRequest }) {
  const prompt = useQuery(promptReading(request.prompt_id)).data?.prompt;
  const team = useOrgTeams().find(({ id }) => id === request.team_id);
  const link = 'rounded-sm hover:text-fg hover:underline underline-offset-2';
  return (
    <nav aria-label="Breadcrumb">
      <ol className="flex flex-wrap items-center gap-1.5 text-faint text-xs">
        {team && (
          <li>
            <Link
              to="/teams/$teamId"
              params={{ teamId: team.id }}
              search={{ tab: 'requests' }}
              className={link}
            >
              {team.name}
            </Link>
          </li>
        )}
        <li className="before:mr-1.5 before:content-['/']">
          <Link to="/prompts/$promptId" params={{ promptId: request.prompt_id }} className={link}>
            {prompt?.name ?? request.slug}
          </Link>
        </li>
        <li className="before:mr-1.5 before:content-['/']">
          <span aria-current="page">Request #{request.number}</span>
        </li>
      </ol>
    </nav>
  );
}

function Proposal({ request }: { readonly request: ChangeRequest }) {
  const nameOf = useActorName(request.team_id, [request.author]);
  return (
    <p className="break-words">
      {nameOf(request.author)} proposed <Time timestamp={request.created_at} />:{' '}
      <span className="font-medium text-fg">{changeText(request.change)}</span> of <code>{request.slug}</code>
      {request.via !== null && request.via !== 'console' && <> · from {request.via}</>}
      {request.apply === 'when_ready' && request.state === 'open' && (
        <> · applied as soon as it is approved</>
      )}
    </p>
  );
}

interface BreakGlassProps {
  readonly request: ChangeRequest;
  /** Whether the user made the change. */
  readonly isOwn: boolean;
  readonly writes: ReturnType<typeof useRequestWrites>;
}

/** A change that was made against a policy, until another administrator has seen it. */
function BreakGlass({ request, isOwn, writes }: BreakGlassProps) {
  const { reason } = usePermissions({ teamId: request.team_id });
  const [isSending, setSending] = useState(false);
  const { break_glass: glass } = request;
  if (glass === null) return null;
  const acknowledge = async (): Promise<void> => {
    setSending(true);
    try {
      await writes.acknowledge();
      toast({ title: 'Acknowledged' });
    } catch {
      toast({ tone: 'danger', title: 'Could not acknowledge the change' });
    } finally {
      setSending(false);
    }
  };
  return (
    <Callout
      tone={glass.acknowledged_by === null ? 'danger' : 'info'}
      title={
        glass.acknowledged_by === null
          ? 'This change overrode a policy and has not been acknowledged'
          : 'This change overrode a policy, and an administrator acknowledged it'
      }
      action={
        glass.acknowledged_by === null && (
          <Button
            size="sm"
            loading={isSending}
            disabledReason={
              reason('acknowledgeBreakGlass') ??
              (isOwn ? 'Another administrator must acknowledge your change' : undefined)
            }
            onClick={() => void acknowledge()}
          >
            Acknowledge
          </Button>
        )
      }
    >
      Reason: {glass.reason}
    </Callout>
  );
}

interface WhatChangesProps {
  readonly change_request: ChangeRequest;
  readonly before: Wire<'PromptVersion'> | null;
  readonly after: Wire<'PromptVersion'> | null;
  readonly check: Wire<'VersionCheck'> | null;
  readonly payload?: Wire<'PromptPayload'>;
}

/** First what callers would get, then what differs in the text. */
function WhatChanges({
  change_request: { change, binding },
  before,
  after,
  check,
  payload,
}: WhatChangesProps) {
  if (change.kind === 'payload') return <PayloadChange set={change.set ?? null} payload={payload} />;
  if (after === null)
    return <p className="text-muted text-sm">This change doesn’t affect the content of a version.</p>;
  const isSame = before?.version === after.version;
  const leftLabel =
    binding.tag_version !== null && binding.tag_version === before?.version
      ? `Version ${before.version}, tagged`
      : `Version ${before?.version ?? ''}, live`;
  return (
    <>
      {check !== null && (
        <Section title="Output" description="How saved payloads render, and what changes.">
          <CheckResult check={check} error={null} opensFirstChange />
        </Section>
      )}
      <Section title="Content">
        {before === null ? (
          <>
            <p className="text-muted text-sm">Nothing to compare with yet.</p>
            <WholeContent version={after} />
          </>
        ) : isSame ? (
          <WholeContent version={after} />
        ) : (
          <ContentDiff
            left={before}
            right={after}
            leftLabel={leftLabel}
            rightLabel={`Version ${after.version}`}
            layout="unified"
            equalNote="The text is the same."
          />
        )}
      </Section>
      {check?.contract !== undefined && check.contract.breaks.length + check.contract.notices.length > 0 && (
        <Section title="Input contract">
          <ContractChanges
            breaks={check.contract.breaks}
            notices={check.contract.notices}
            services={[]}
            effect="proposed"
          />
        </Section>
      )}
    </>
  );
}

interface PayloadChangeProps {
  readonly set: Readonly<Record<string, unknown>> | null;
  readonly payload: Wire<'PromptPayload'> | undefined;
}

function PayloadChange({ set, payload }: PayloadChangeProps) {
  const written = ({ name, variables, assertions }: Readonly<Record<string, unknown>>): string =>
    prettyJson(asJson({ name, variables, assertions }));
  const now = payload === undefined ? '' : written({ ...payload });
  return (
    <Section title="Payload">
      <DiffView
        left={now}
        right={set === null ? '' : written({ ...payload, ...set })}
        leftLabel={payload === undefined ? 'No payload' : 'Current payload'}
        rightLabel={set === null ? 'Deleted' : 'Proposed'}
        layout="unified"
      />
    </Section>
  );
}

/** Who reviewed it, each with their newest review. */
function Reviewers({ request }: { readonly request: ChangeRequest }) {
  const newest = [...new Map(request.reviews.map((review) => [review.user_id, review])).values()];
  const nameOf = useActorName(
    request.team_id,
    newest.map(({ user_id }) => ({ kind: 'user' as const, user_id, api_key_id: null })),
  );
  return (
    <Section title="Reviewers">
      {newest.length === 0 ? (
        <p className="text-muted text-sm">Nobody has reviewed it yet.</p>
      ) : (
        <ul aria-label="Reviewers" className="flex flex-col gap-2 text-sm">
          {newest.map((review) => (
            <li key={review.id} className="flex flex-wrap items-center gap-2">
              <span className="min-w-0 flex-1 break-words">
                {nameOf({ kind: 'user', user_id: review.user_id, api_key_id: null })}
              </span>
              <Badge tone={!review.counts ? 'outline' : review.verdict === 'approve' ? 'success' : 'warning'}>
                {review.verdict === 'approve' ? 'Approved' : 'Requested changes'}
              </Badge>
              {!review.counts && (
                <span className="basis-full text-muted text-xs">{whyNotCounted(review)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Tells when what the request is about becomes something else while the page is open. */
function useChanged(binding: ChangeRequest['binding']) {
  const [seen, setSeen] = useState(binding);
  const isText = seen.content_hash !== binding.content_hash;
  const isLive = seen.live_version !== binding.live_version || seen.live_hash !== binding.live_hash;
  const isTag = seen.tag_version !== binding.tag_version;
  return {
    isChanged: isText || isLive || isTag,
    what: isText
      ? 'Someone edited the version.'
      : isLive
        ? 'Another version went live.'
        : 'The tag moved to another version.',
    see: () => setSeen(binding),
  };
}

function useDoubt(request: ChangeRequest, isAuthor: boolean): string | undefined {
  const user = useUser();
  const { memberships, organizations } = useWorkspace();
  const policies = useTeamPolicies(request.team_id);
  const asking = new Set(request.requirements.map(({ policy_id: id }) => id));
  const team = memberships.find(({ id }) => id === request.team_id);
  const isOrgAdmin = organizations.some(({ id, role }) => id === team?.org_id && role === 'ADMIN');
  return approvalDoubt(
    policies.filter(({ id }) => asking.has(id)),
    { id: user.id, role: isOrgAdmin ? 'admin' : (team?.role ?? null), isAuthor },
  );
}

/** `j` and `k` lead through the requests that wait for the user, or else through the open ones of the team. */
function useNext({ id, team_id: teamId }: ChangeRequest): void {
  const navigate = useNavigate();
  const waiting = useQuery(waitingReading()).data?.change_requests ?? [];
  const open =
    useInfiniteQuery(requestPages(teamId, undefined, 'open')).data?.pages[0]?.change_requests ?? [];
  const list = waiting.some((one) => one.id === id) ? waiting : open;
  const step = (by: 1 | -1): void => {
    const at = list.findIndex((one) => one.id === id);
    const next = at === -1 ? (waiting[0] ?? open[0]) : list[at + by];
    if (next === undefined) {
      toast({ tone: 'info', title: by === 1 ? 'That was the last request' : 'That was the first request' });
    } else void navigate({ to: '/requests/$requestId', params: { requestId: next.id } });
  };
  useCommands([
    { id: 'request-next', group: 'Change request', label: 'Next request', shortcut: 'j', run: () => step(1) },
    {
      id: 'request-previous',
      group: 'Change request',
      label: 'Previous request',
      shortcut: 'k',
      run: () => step(-1),
    },
  ]);
}

/** The page of a prompt: its live version, all versions, usage, code snippets and activity. */
import type { Wire } from '@px0/contracts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText, Lock, Undo2 } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { useCommands, useListKeys } from '../commands/mod.ts';
import { RequestList } from '../review/mod.ts';
import {
  Badge,
  Button,
  Callout,
  Card,
  CopyButton,
  EmptyState,
  Page,
  Skeleton,
  Tabs,
  Time,
} from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { ActivityList } from './activity-list.tsx';
import { CompareLink } from './compare-link.tsx';
import { ContractBadge } from './contract-dialog.tsx';
import { promptReading, versionsReading } from './data/readings.ts';
import { usePromptWrites } from './data/writes.ts';
import { FavouriteButton } from './favourite-button.tsx';
import { NewVersionButton, useStart } from './new-version-button.tsx';
import { Description, Trail } from './prompt-heading.tsx';
import { PromptMenu, restore } from './prompt-menu.tsx';
import type { PromptPageSearch } from './prompt-page-search.ts';
import { SnippetTabs } from './snippet-tabs.tsx';
import { starters } from './starters.ts';
import type { TimelineFilter } from './timeline-rows.ts';
import { TransitionDialog, type TransitionRequest } from './transition-dialog.tsx';
import { policyNames, useProtectors } from './use-protectors.ts';
import { liveOf, promotionOf, rollbackOf, type Version } from './version-actions.ts';
import { VersionBadge } from './version-badge.tsx';
import { VersionTimeline } from './version-timeline.tsx';

const UsageView = lazy(async () => ({ default: (await import('./usage-view.tsx')).UsageView }));

const route = getRouteApi('/shell/prompts/$promptId');

export function PromptPage() {
  const { promptId } = route.useParams();
  const { prompt } = useSuspenseQuery(promptReading(promptId)).data;
  const { versions } = useSuspenseQuery(versionsReading(promptId)).data;
  const { may, reason } = usePermissions({ teamId: prompt.team_id });
  const [describing, setDescribing] = useState(false);
  const writes = usePromptWrites();
  return (
    <Page
      title={prompt.name}
      breadcrumb={<Trail prompt={prompt} />}
      heading={
        <span className="inline-flex flex-wrap items-center gap-2.5">
          {prompt.name}
          {prompt.status === 'archived' && <Badge>Archived</Badge>}
          <ContractBadge contract={prompt.contract} />
        </span>
      }
      description={
        <div className="flex flex-col gap-1.5">
          <span className="inline-flex max-w-full items-center gap-1 text-xs">
            <code className="truncate rounded-md bg-sunken px-1.5 py-0.5 text-muted">{prompt.slug}</code>
            <CopyButton text={prompt.slug} label="Copy slug" />
          </span>
          <Description
            prompt={prompt}
            isEditing={describing}
            mayEdit={may('updatePrompt')}
            onEdit={setDescribing}
          />
        </div>
      }
      actions={
        <>
          {versions.length > 1 && <CompareLink promptId={promptId} shortcut="d" />}
          <NewVersionButton
            promptId={promptId}
            versions={versions}
            disabledReason={reason('createVersion')}
          />
          <FavouriteButton prompt={prompt} />
          <PromptMenu prompt={prompt} onDescribe={() => setDescribing(true)} />
        </>
      }
    >
      {prompt.status === 'archived' && (
        <Callout
          tone="warning"
          title="This prompt is archived"
          action={
            <Button
              size="sm"
              disabledReason={reason('restorePrompt')}
              onClick={() => void restore(prompt, writes)}
            >
              Restore
            </Button>
          }
        >
          Archived prompts are hidden from the list. Applications can still render them.
        </Callout>
      )}
      <PromptTabs prompt={prompt} versions={versions} />
    </Page>
  );
}

interface PromptViewProps {
  readonly prompt: Wire<'Prompt'>;
  readonly versions: readonly Version[];
}

function PromptTabs({ prompt, versions }: PromptViewProps) {
  const search = route.useSearch();
  const { tab = 'versions' } = search;
  const navigate = useNavigate({ from: '/prompts/$promptId' });
  const show = (next: typeof tab): void => {
    void navigate({ search: next === 'versions' ? {} : { tab: next }, replace: true });
  };
  const set = (changed: PromptPageSearch): void => void navigate({ search: changed, replace: true });
  useCommands([
    {
      id: 'prompt-versions',
      group: 'Prompt',
      label: 'Show versions',
      shortcut: '1',
      run: () => show('versions'),
    },
    { id: 'prompt-usage', group: 'Prompt', label: 'Show usage', shortcut: '2', run: () => show('usage') },
    { id: 'prompt-use', group: 'Prompt', label: 'Show code snippets', shortcut: '3', run: () => show('use') },
    {
      id: 'prompt-activity',
      group: 'Prompt',
      label: 'Show activity',
      shortcut: '4',
      run: () => show('activity'),
    },
    {
      id: 'prompt-requests',
      group: 'Prompt',
      label: 'Show change requests',
      shortcut: '5',
      run: () => show('requests'),
    },
  ]);
  return (
    <Tabs
      label="Prompt views"
      value={tab}
      onChange={show}
      tabs={[
        {
          value: 'versions',
          label: 'Versions',
          count: versions.length,
          content: (
            <Versions
              prompt={prompt}
              versions={versions}
              filter={search.show}
              onFilter={(filter) => set(filter === undefined ? {} : { show: filter })}
            />
          ),
        },
        {
          value: 'requests',
          label: 'Requests',
          content: <RequestList teamId={prompt.team_id} promptId={prompt.id} />,
        },
        {
          value: 'usage',
          label: 'Usage',
          content: (
            <Suspense fallback={<Skeleton className="h-72 w-full rounded-xl" />}>
              <UsageView
                promptId={prompt.id}
                teamId={prompt.team_id}
                live={liveOf(versions)}
                range={search.range ?? '24h'}
                by={search.by}
                onChange={(range, by) => set({ tab: 'usage', range, ...(by !== undefined && { by }) })}
              />
            </Suspense>
          ),
        },
        { value: 'use', label: 'Integrate', content: <SnippetTabs prompt={prompt} versions={versions} /> },
        {
          value: 'activity',
          label: 'Activity',
          content: (
            <ActivityList
              prompt={prompt}
              versions={versions}
              kind={search.kind}
              who={search.who}
              onFilter={(filter) => set({ tab: 'activity', ...filter })}
            />
          ),
        },
      ]}
    />
  );
}

interface VersionsProps extends PromptViewProps {
  readonly filter: TimelineFilter | undefined;
  readonly onFilter: (filter: TimelineFilter | undefined) => void;
}

function Versions({ prompt, versions, filter, onFilter }: VersionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list, 'Prompt');
  if (versions.length === 0) return <FirstVersion prompt={prompt} />;
  return (
    <div ref={list} className="flex flex-col gap-5">
      <LiveSummary prompt={prompt} versions={versions} />
      <VersionTimeline
        promptId={prompt.id}
        teamId={prompt.team_id}
        versions={versions}
        filter={filter}
        onFilter={onFilter}
      />
    </div>
  );
}

/** What applications get now, and the next step: promote a version or roll back. */
function LiveSummary({ prompt, versions }: PromptViewProps) {
  const { reason } = usePermissions({ teamId: prompt.team_id });
  const [request, setRequest] = useState<TransitionRequest>();
  const live = liveOf(versions);
  const rollback = rollbackOf(versions);
  const guards = useProtectors(prompt.id).ofPromotion('live');
  const dialog = (
    <TransitionDialog
      promptId={prompt.id}
      versions={versions}
      request={request}
      onClose={() => setRequest(undefined)}
    />
  );
  if (live === undefined) {
    const next =
      versions.find(({ status }) => status === 'stable') ?? versions.find(({ status }) => status === 'draft');
    const promotion = next && promotionOf(next, undefined);
    return (
      <>
        <Callout
          tone="info"
          title="No live version"
          action={
            next &&
            promotion && (
              <Button
                size="sm"
                variant="primary"
                disabledReason={reason('promoteVersion')}
                onClick={() => setRequest({ kind: 'promote', version: next })}
              >
                {promotion.verb}: version {next.version}
              </Button>
            )
          }
        >
          Mark a draft stable, then make it live. Applications then get it by the slug.
        </Callout>
        {dialog}
      </>
    );
  }
  return (
    <Card className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <VersionBadge status="live" />
      <span>
        Applications get <span className="font-semibold">version {live.version}</span>
        {live.published_at !== null && (
          <span className="text-muted">
            {' '}
            since <Time timestamp={live.published_at} />
          </span>
        )}
      </span>
      {guards.length > 0 && (
        <span className="inline-flex items-center gap-1.5 text-muted">
          <Lock aria-hidden="true" className="size-3.5" />
          {policyNames(guards)} {guards.length === 1 ? 'asks' : 'ask'} for a review before another version
          goes live
        </span>
      )}
      {rollback && (
        <Button
          size="sm"
          icon={Undo2}
          className="ml-auto"
          disabledReason={reason('promoteVersion')}
          onClick={() => setRequest({ kind: 'rollback', rollback })}
        >
          Roll back to version {rollback.version.version}
        </Button>
      )}
      {dialog}
    </Card>
  );
}

function FirstVersion({ prompt }: { readonly prompt: Wire<'Prompt'> }) {
  const { reason } = usePermissions({ teamId: prompt.team_id });
  const start = useStart(prompt.id);
  const refused = reason('createVersion');
  return (
    <Card>
      <EmptyState
        icon={FileText}
        title={refused === undefined ? 'Write the first version' : 'No versions yet'}
      >
        {refused ??
          'Start from an example and adapt it. It stays a draft until you mark it stable and make it live.'}
      </EmptyState>
      {refused === undefined && (
        <ul className="grid gap-3 px-4 pb-6 sm:grid-cols-3 sm:px-6">
          {starters.map((starter) => (
            <StarterCard
              key={starter.name}
              name={starter.name}
              summary={starter.summary}
              template={starter.template}
              onChoose={() => void start(starter)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface StarterCardProps {
  readonly name: string;
  readonly summary: ReactNode;
  readonly template: string;
  readonly onChoose: () => void;
}

function StarterCard({ name, summary, template, onChoose }: StarterCardProps) {
  return (
    <li className="relative flex flex-col rounded-lg border border-line p-3 transition-colors hover:border-line-strong hover:bg-panel">
      <button
        type="button"
        onClick={onChoose}
        className="text-left font-medium text-sm after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
      >
        {name}
      </button>
      <p className="text-muted text-xs">{summary}</p>
      <div aria-hidden="true" className="mt-2 rounded-md bg-sunken p-2">
        <pre className="line-clamp-4 whitespace-pre-wrap break-words text-[11px] text-muted leading-4">
          {template}
        </pre>
      </div>
    </li>
  );
}

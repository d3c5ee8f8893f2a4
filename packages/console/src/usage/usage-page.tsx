/** How often the prompts of the user's teams are rendered: the most rendered ones, those that fail, and those that are not rendered. */
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Activity, Archive, CircleCheck, FileText } from 'lucide-react';
import type { ReactNode } from 'react';
import { attempt, usePromptWrites } from '../prompts/mod.ts';
import {
  actionsColumn,
  Badge,
  Button,
  Card,
  type Column,
  classes,
  EmptyState,
  Failure,
  Page,
  Section,
  Segments,
  Select,
  Skeleton,
  Table,
  Time,
  timeColumn,
  toast,
} from '../ui/mod.ts';
import { usePermissions, usePresentOrganization, useWorkspace } from '../workspace/mod.ts';
import { DayChart } from './day-chart.tsx';
import { type JoinedUsage, joinedUsage, type PromptUsage, shareText } from './joined-usage.ts';
import { MOST_TEAMS, shownTeams, teamUsageReading } from './readings.ts';
import { type UsageDays, type UsageSearch, usageDays, usageSearch } from './usage-search.ts';

const route = getRouteApi('/shell/usage');
const AN_HOUR_MS = 3_600_000;

export function UsagePage() {
  const search = route.useSearch();
  const { myTeams, memberships, organization } = useWorkspace();
  // A link to a team's usage opens the organization that it is in.
  usePresentOrganization(memberships.find(({ id }) => id === search.team)?.org_id);
  const teams = shownTeams(myTeams, search);
  const whose = teams.length === 1 ? teams[0]?.name : organization && `your teams in ${organization.name}`;
  return (
    <Page
      title="Usage"
      description={whose === undefined ? undefined : `How often applications render the prompts of ${whose}.`}
    >
      {teams.length === 0 ? (
        <Card>
          <EmptyState icon={FileText} title="You’re not in a team yet">
            Usage is shown for the teams that you are in.
          </EmptyState>
        </Card>
      ) : (
        <>
          <Choices search={search} teams={myTeams} />
          <TeamsUsage search={search} teams={teams} />
          {search.team === undefined && myTeams.length > MOST_TEAMS && (
            <p className="text-muted text-xs">
              These are your first {MOST_TEAMS} teams. Choose a team to see another one.
            </p>
          )}
        </>
      )}
    </Page>
  );
}

interface TeamsProps {
  readonly search: UsageSearch;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

const ranges = usageDays.map((value) => ({ value, label: `${value} days` }));

function Choices({ search, teams }: TeamsProps) {
  const navigate = useNavigate({ from: '/usage' });
  const set = (next: { readonly team?: string | undefined; readonly days?: UsageDays }): void => {
    void navigate({ search: usageSearch({ ...search, ...next }), replace: true });
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      {teams.length > 1 && (
        <Select
          label="Team"
          labelHidden
          value={search.team ?? 'all'}
          onChange={(team) => set({ team: team === 'all' ? undefined : team })}
          options={[
            { value: 'all', label: 'All your teams' },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          className="min-w-44 max-w-64"
        />
      )}
      <div className="sm:ml-auto">
        <Segments
          label="Range"
          value={search.days ?? '30'}
          onChange={(days) => set({ days })}
          options={ranges}
        />
      </div>
    </div>
  );
}

function TeamsUsage({ search, teams }: TeamsProps) {
  const { data, error, refetch } = useQueries({
    queries: teams.map(({ id }) => ({
      ...teamUsageReading(id, search),
      refetchInterval: 60_000,
    })),
    combine: (readings) => ({
      data: readings.every(({ data: one }) => one !== undefined)
        ? joinedUsage(
            readings.flatMap(({ data: one }, at) =>
              one === undefined ? [] : [{ teamId: teams[at]?.id ?? '', usage: one.usage }],
            ),
          )
        : undefined,
      error: readings.find((one) => one.error !== null)?.error ?? null,
      refetch: () => Promise.all(readings.map((one) => one.refetch())),
    }),
  });
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton className="h-96 w-full rounded-xl" />;
  return <Shown usage={data} days={search.days ?? '30'} teams={teams} />;
}

interface ShownProps {
  readonly usage: JoinedUsage;
  readonly days: UsageDays;
  readonly teams: TeamsProps['teams'];
}

function Shown({ usage, days, teams }: ShownProps) {
  const { renders, failures, rendered_prompts, unused_prompts } = usage;
  const names = new Map(teams.map(({ id, name }) => [id, name] as const));
  const prompt = promptColumn(teams.length > 1 ? names : new Map());
  return (
    <div className="flex flex-col gap-8">
      <Card className="flex flex-col gap-4 p-4">
        <dl className="flex flex-wrap gap-x-8 gap-y-3">
          <Figure name="Renders">{renders.toLocaleString('en')}</Figure>
          <Figure name="Failures" isBad={failures > 0}>
            {failures.toLocaleString('en')}
          </Figure>
          <Figure name="Failure rate">{shareText(failures, renders + failures)}</Figure>
          <Figure name="Rendered prompts">{rendered_prompts.toLocaleString('en')}</Figure>
          <Figure name="Not rendered">{unused_prompts.toLocaleString('en')}</Figure>
        </dl>
        <DayChart days={usage.daily} renders={renders} failures={failures} />
        <p className="text-muted text-xs">
          Counts renders by px0, and those inside applications that report them, about once a minute. Days are
          in UTC.
        </p>
      </Card>
      <Section title="Most rendered" description={`The prompts with the most renders in ${days} days.`}>
        <Ranked
          caption="Most rendered prompts"
          rows={usage.most_rendered}
          columns={[prompt, liveColumn, rendersColumn, failuresColumn, lastColumn]}
          empty={
            <EmptyState icon={Activity} title="No renders in this period">
              Renders appear here a few seconds after applications make them.
            </EmptyState>
          }
        />
      </Section>
      <Section title="Failing" description={`The prompts with the most failed renders in ${days} days.`}>
        <Ranked
          caption="Failing prompts"
          rows={usage.most_failing}
          columns={[prompt, liveColumn, failuresColumn, rendersColumn, lastColumn]}
          empty={<EmptyState icon={CircleCheck} title="No render failed in this period" />}
        />
      </Section>
      <Section
        title={`Not rendered in ${days} days`}
        description="Active prompts without a render that px0 made or an application reported. Those with a live version come first."
      >
        <Ranked
          caption={`Prompts not rendered in ${days} days`}
          rows={usage.unused}
          columns={[
            prompt,
            liveColumn,
            lastColumn,
            timeColumn('Created'),
            actionsColumn((row) => <ArchiveButton prompt={row} />),
          ]}
          empty={<EmptyState icon={CircleCheck} title="Every active prompt was rendered" />}
        />
        {unused_prompts > usage.unused.length && (
          <p className="text-muted text-xs">
            Showing {usage.unused.length} of {unused_prompts.toLocaleString('en')}.
          </p>
        )}
      </Section>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly isBad?: boolean;
  readonly children: ReactNode;
}

function Figure({ name, isBad = false, children }: FigureProps) {
  return (
    <div>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className={classes('font-semibold text-xl tabular-nums', isBad && 'text-danger-ink')}>
        {children}
      </dd>
    </div>
  );
}

interface RankedProps {
  readonly caption: string;
  readonly rows: readonly PromptUsage[];
  readonly columns: readonly Column<PromptUsage>[];
  readonly empty: ReactNode;
}

function Ranked({ caption, rows, columns, empty }: RankedProps) {
  return (
    <Card className="overflow-hidden">
      {rows.length === 0 ? (
        empty
      ) : (
        <Table caption={caption} columns={columns} rows={rows} keyOf={({ prompt_id }) => prompt_id} />
      )}
    </Card>
  );
}

/** The prompt, which leads to its own usage, and its team where there are several. */
function promptColumn(teams: ReadonlyMap<string, string>): Column<PromptUsage> {
  return {
    name: 'Prompt',
    cell: ({ prompt_id, name, slug, status, teamId }) => (
      <div className="min-w-0">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2">
          <Link
            to="/prompts/$promptId"
            params={{ promptId: prompt_id }}
            search={{ tab: 'usage' }}
            className="break-words font-medium hover:underline"
          >
            {name}
          </Link>
          {status === 'archived' && <Badge>Archived</Badge>}
        </div>
        <div className="flex min-w-0 flex-wrap gap-x-2 text-faint text-xs">
          <code className="break-all">{slug}</code>
          {teams.has(teamId) && <span>{teams.get(teamId)}</span>}
        </div>
      </div>
    ),
  };
}

const liveColumn: Column<PromptUsage> = {
  name: 'Live version',
  className: 'sm:w-32',
  cell: ({ live_version }) =>
    live_version === null ? (
      <Badge tone="outline">Not live</Badge>
    ) : (
      <Badge tone="success" dot>
        v{live_version} live
      </Badge>
    ),
};

const rendersColumn: Column<PromptUsage> = {
  name: 'Renders',
  align: 'end',
  className: 'sm:w-28 tabular-nums',
  cell: ({ renders }) => renders.toLocaleString('en'),
};

const failuresColumn: Column<PromptUsage> = {
  name: 'Failures',
  align: 'end',
  className: 'sm:w-36 tabular-nums',
  cell: ({ renders, failures }) =>
    failures === 0 ? (
      '0'
    ) : (
      <span className="inline-flex items-center gap-2">
        <Badge tone="danger">{failures.toLocaleString('en')}</Badge>
        <span className="text-muted text-xs">{shareText(failures, renders + failures)}</span>
      </span>
    ),
};

const lastColumn: Column<PromptUsage> = {
  name: 'Last render',
  className: 'sm:w-36',
  cell: ({ last_rendered_at }) => (
    <span className="text-muted">
      {last_rendered_at === null ? 'None known' : <LastRender hour={last_rendered_at} />}
    </span>
  ),
};

/** Only the hour is known. */
function LastRender({ hour }: { readonly hour: string }) {
  return Date.now() - Date.parse(hour) < AN_HOUR_MS ? 'This hour' : <Time timestamp={hour} />;
}

/** Archiving can be undone, so it asks for no confirmation. */
function ArchiveButton({ prompt: { prompt_id, name, teamId } }: { readonly prompt: PromptUsage }) {
  const writes = usePromptWrites();
  const { reason } = usePermissions({ teamId });
  const archive = () =>
    attempt(async () => {
      await writes.archive(prompt_id);
      toast({
        title: `Archived “${name}”`,
        description: 'Applications can still render it.',
        action: {
          label: 'Undo',
          run: () => attempt(() => writes.restore(prompt_id), 'Could not restore the prompt'),
        },
      });
    }, 'Could not archive the prompt');
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={Archive}
      aria-label={`Archive ${name}`}
      disabledReason={reason('archivePrompt')}
      onClick={() => void archive()}
    >
      Archive
    </Button>
  );
}

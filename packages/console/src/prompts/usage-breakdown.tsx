/** Why renders of a prompt fail, and which API keys make them. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { reading } from '../api/mod.ts';
import type { LiveVersion } from '../services/mod.ts';
import { Badge, Button, Card, type Column, Failure, Section, SkeletonRows, Table, Time } from '../ui/mod.ts';
import type { UsageRange } from './usage-ranges.ts';
import { useActorName } from './use-actor-name.ts';

type Caller = Wire<'UsageBreakdown'>['callers'][number];
type Reason = Wire<'UsageBreakdown'>['failures'][number];

/** Rows shown at first. */
const MOST_SHOWN = 10;

/** The counts are by day in UTC: 24 hours may touch two of them. */
const periods: { readonly [R in UsageRange]: readonly [days: number, text: string] } = {
  '24h': [2, 'yesterday and today (UTC)'],
  '7d': [7, 'the last 7 days'],
  '30d': [30, 'the last 30 days'],
};

export interface UsageBreakdownProps {
  readonly promptId: string;
  readonly teamId: string;
  readonly live: LiveVersion | undefined;
  readonly range: UsageRange;
}

export function UsageBreakdown({ promptId, teamId, live, range }: UsageBreakdownProps) {
  const [days, period] = periods[range];
  const { data, error, refetch } = useQuery({
    ...reading('getUsageBreakdown', { params: { id: promptId }, query: { days: String(days) } }),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  });
  if (error !== null && data === undefined) return <Failure error={error} retry={refetch} />;
  const breakdown = data?.breakdown;
  return (
    <>
      {breakdown !== undefined && breakdown.failures.length > 0 && (
        <Reasons reasons={breakdown.failures} period={period} />
      )}
      <Section
        title="API keys"
        description={`Which keys rendered this prompt, and which versions, in ${period}.`}
      >
        <Card>
          {breakdown === undefined ? (
            <SkeletonRows label="API keys" rows={2} />
          ) : (
            <Callers callers={breakdown.callers} teamId={teamId} live={live} />
          )}
        </Card>
      </Section>
    </>
  );
}

function Reasons({ reasons, period }: { readonly reasons: readonly Reason[]; readonly period: string }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? reasons : reasons.slice(0, MOST_SHOWN);
  return (
    <Section
      title="Why renders fail"
      description={`Errors that px0 answered in ${period}. Values of variables are not kept.`}
    >
      <Card>
        <Table
          caption="Why renders fail"
          columns={reasonColumns}
          rows={shown}
          keyOf={({ version, reason }) => JSON.stringify([version, reason])}
        />
      </Card>
      {shown.length < reasons.length && (
        <Button className="self-start" onClick={() => setWhole(true)}>
          Show all {reasons.length}
        </Button>
      )}
    </Section>
  );
}

const reasonColumns: readonly Column<Reason>[] = [
  {
    name: 'Error',
    cell: ({ reason }) =>
      reason === null ? (
        'Other errors'
      ) : (
        <code className="block break-words py-1 text-xs leading-5 wrap-anywhere">{reason}</code>
      ),
  },
  { name: 'Version', className: 'sm:w-20', cell: ({ version }) => version },
  {
    name: 'Failures',
    align: 'end',
    className: 'sm:w-24',
    cell: ({ failures }) => <Badge tone="danger">{failures.toLocaleString('en')}</Badge>,
  },
  {
    name: 'Last',
    align: 'end',
    className: 'sm:w-36',
    cell: ({ last_seen_at }) => <Seen at={last_seen_at} />,
  },
];

function Seen({ at }: { readonly at: string }) {
  return (
    <span className="text-muted">
      <Time timestamp={at} />
    </span>
  );
}

interface CallersProps {
  readonly callers: readonly Caller[];
  readonly teamId: string;
  readonly live: LiveVersion | undefined;
}

function Callers({ callers, teamId, live }: CallersProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? callers : callers.slice(0, MOST_SHOWN);
  const nameOf = useActorName(
    teamId,
    callers.flatMap(({ api_key_id }) => (api_key_id === null ? [] : [actorOf(api_key_id)])),
  );
  if (callers.length === 0) return <p className="px-4 py-6 text-center text-muted text-sm">No renders.</p>;
  return (
    <>
      <Table
        caption="API keys"
        columns={callerColumns((id) => (id === null ? 'People, without a key' : nameOf(actorOf(id))), live)}
        rows={shown}
        keyOf={({ api_key_id, version }) => JSON.stringify([api_key_id, version])}
      />
      {shown.length < callers.length && (
        <div className="border-line border-t p-3">
          <Button onClick={() => setWhole(true)}>Show all {callers.length}</Button>
        </div>
      )}
    </>
  );
}

function actorOf(keyId: string) {
  return { kind: 'api-key', user_id: null, api_key_id: keyId } as const;
}

function callerColumns(
  nameOf: (keyId: string | null) => string,
  live: LiveVersion | undefined,
): readonly Column<Caller>[] {
  return [
    { name: 'Key', cell: ({ api_key_id }) => <span className="break-words">{nameOf(api_key_id)}</span> },
    {
      name: 'Renders version',
      cell: ({ version, last_seen_at }) => (
        <span className="flex flex-wrap items-center gap-2">
          Version {version}
          {isBehind(version, last_seen_at, live) && (
            <Badge tone="warning" icon={TriangleAlert}>
              Older than live
            </Badge>
          )}
        </span>
      ),
    },
    {
      name: 'Renders',
      align: 'end',
      cell: ({ renders, failures }) => (
        <span className="tabular-nums">
          {renders.toLocaleString('en')}
          {failures > 0 && (
            <span className="block text-danger-ink text-xs">{failures.toLocaleString('en')} failed</span>
          )}
        </span>
      ),
    },
    { name: 'Last', align: 'end', cell: ({ last_seen_at }) => <Seen at={last_seen_at} /> },
  ];
}

/** Reports of a minute that began before a promotion tell of both versions. */
const LATE_MS = 2 * 60_000;

/** Whether a key rendered an older version after the live one was made live. */
function isBehind(version: number, lastSeenAt: string, live: LiveVersion | undefined): boolean {
  if (live === undefined || live.published_at === null || version >= live.version) return false;
  return Date.parse(lastSeenAt) > Date.parse(live.published_at) + LATE_MS;
}

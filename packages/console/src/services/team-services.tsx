/** The services that render a team's prompts. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { Lock, TriangleAlert } from 'lucide-react';
import { reading } from '../api/mod.ts';
import { Badge, Card, type Column, EmptyState, Failure, SkeletonRows, Table } from '../ui/mod.ts';
import { usePermissions, type WorkspaceTeam } from '../workspace/mod.ts';
import { Count, lastSeenColumn, NoServices, ServiceName } from './service-parts.tsx';

export function TeamServices({ team }: { readonly team: WorkspaceTeam }) {
  const { may, reason } = usePermissions({ teamId: team.id });
  const { data, error, refetch } = useQuery({
    ...reading('listTeamServices', { params: { teamID: team.id }, query: {} }),
    enabled: may('listTeamServices'),
    refetchInterval: 30_000,
  });
  if (!may('listTeamServices')) {
    return (
      <Card>
        <EmptyState icon={Lock} title="You can’t see this team’s services">
          {reason('listTeamServices')}
        </EmptyState>
      </Card>
    );
  }
  if (error !== null) return <Failure error={error} retry={refetch} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted text-sm">
        Services that rendered prompts of this team in the last 7 days. Each prompt’s usage shows which
        versions.
      </p>
      <Card>
        {data === undefined ? (
          <SkeletonRows label="services" rows={3} />
        ) : data.services.length === 0 ? (
          <NoServices />
        ) : (
          <Table caption="Services" columns={columns} rows={data.services} keyOf={({ service }) => service} />
        )}
      </Card>
    </div>
  );
}

const columns: readonly Column<Wire<'TeamService'>>[] = [
  {
    name: 'Service',
    cell: ({ service }) => <ServiceName service={service} />,
  },
  { name: 'Prompts', align: 'end', cell: ({ prompts }) => <Count of={prompts} /> },
  {
    name: 'Renders',
    align: 'end',
    cell: ({ renders, fallbacks }) => (
      <span className="inline-flex flex-wrap items-center justify-end gap-2">
        {fallbacks > 0 && (
          <Badge tone="warning" icon={TriangleAlert}>
            {fallbacks.toLocaleString('en')} from fallbacks
          </Badge>
        )}
        <Count of={renders} />
      </span>
    ),
  },
  { name: 'SDK', cell: ({ sdk }) => <span className="break-all text-muted">{sdk ?? 'Unknown'}</span> },
  lastSeenColumn(),
];

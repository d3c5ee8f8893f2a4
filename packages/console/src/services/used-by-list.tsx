/** The services that render a prompt: which version, where they have it from, and when they last did. */
import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { reading } from '../api/mod.ts';
import { Badge, Button, Card, type Column, Failure, Section, SkeletonRows, Table } from '../ui/mod.ts';
import { Count, lastSeenColumn, NoServices, ServiceName } from './service-parts.tsx';
import { type LiveVersion, type Mark, sourceText, type UsedByRow, usedByRows } from './used-by-rows.ts';

/** Rows shown at first; a prompt may have hundreds of services. */
const MOST_SHOWN = 20;

const marks: Readonly<Record<Mark, string>> = { fallback: 'On a fallback', older: 'Older than live' };

export interface UsedByListProps {
  readonly promptId: string;
  /** Undefined: no version is live. */
  readonly live: LiveVersion | undefined;
}

export function UsedByList({ promptId, live }: UsedByListProps) {
  const { data, error, refetch } = useQuery({
    ...reading('listPromptServices', { params: { id: promptId }, query: {} }),
    refetchInterval: 30_000,
  });
  const [isWhole, setWhole] = useState(false);
  const rows = data && usedByRows(data.services, live);
  const shown = isWhole ? rows : rows?.slice(0, MOST_SHOWN);
  return (
    <Section title="Used by" description="Services that rendered this prompt in the last 7 days.">
      {error !== null && <Failure error={error} retry={refetch} />}
      {(error === null || data !== undefined) && (
        <Card>
          {rows === undefined || shown === undefined ? (
            <SkeletonRows label="services" rows={3} />
          ) : rows.length === 0 ? (
            <NoServices />
          ) : (
            <Table
              caption="Used by"
              columns={columns}
              rows={shown}
              keyOf={({ service, version, source }) => JSON.stringify([service, version, source])}
            />
          )}
        </Card>
      )}
      {rows !== undefined && shown !== undefined && shown.length < rows.length && (
        <Button className="self-start" onClick={() => setWhole(true)}>
          Show all {rows.length}
        </Button>
      )}
    </Section>
  );
}

const columns: readonly Column<UsedByRow>[] = [
  { name: 'Service', cell: (row) => <ServiceName service={row.service} version={row.service_version} /> },
  {
    name: 'Renders version',
    cell: ({ version, mark }) => (
      <span className="flex flex-wrap items-center gap-2">
        {version === null ? 'None' : `Version ${version}`}
        {mark !== undefined && (
          <Badge tone="warning" icon={TriangleAlert}>
            {marks[mark]}
          </Badge>
        )}
      </span>
    ),
  },
  { name: 'Source', cell: ({ source }) => sourceText(source) },
  {
    name: 'Renders',
    align: 'end',
    cell: ({ renders, failures }) => (
      <span>
        <Count of={renders} />
        {failures > 0 && (
          <span className="block text-danger-ink text-xs">{failures.toLocaleString('en')} failed</span>
        )}
      </span>
    ),
  },
  lastSeenColumn(),
];

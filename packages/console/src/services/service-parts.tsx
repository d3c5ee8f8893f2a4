/** What the lists of services have in common. */
import { Server } from 'lucide-react';
import { type Column, EmptyState, Time } from '../ui/mod.ts';

export function NoServices() {
  return (
    <EmptyState icon={Server} title="No services yet">
      Applications appear here once they name themselves, for example with the SDK’s <code>serviceName</code>{' '}
      option, or render in their own process.
    </EmptyState>
  );
}

export interface ServiceNameProps {
  /** Empty for applications without a name. */
  readonly service: string;
  readonly version?: string | null;
}

export function ServiceName({ service, version = null }: ServiceNameProps) {
  return (
    <span className="break-all">
      {service === '' ? <span className="text-muted">Unnamed</span> : service}
      {version !== null && <span className="ml-2 text-muted text-xs">{version}</span>}
    </span>
  );
}

/** When a service was last seen. */
export function lastSeenColumn<Row extends { readonly last_seen_at: string }>(): Column<Row> {
  return {
    name: 'Last seen',
    className: 'sm:w-36',
    cell: ({ last_seen_at }) => (
      <span className="text-muted">
        <Time timestamp={last_seen_at} />
      </span>
    ),
  };
}

export function Count({ of }: { readonly of: number }) {
  return <span className="tabular-nums">{of.toLocaleString('en')}</span>;
}

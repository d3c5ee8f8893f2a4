/** A prompt's renders, failures and latency by version. The table below the charts has the same data for screen readers. */
import { useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useState } from 'react';
import { reading } from '../api/mod.ts';
import type { LiveVersion } from '../services/mod.ts';
import { Card, classes, EmptyState, Failure, Segments, Skeleton } from '../ui/mod.ts';
import { wentLive } from './live-history.ts';
import { REPORTED } from './recent-renders.tsx';
import { coloursOf, LatencyPlot, Legend, RendersPlot, WentLive } from './usage-plots.tsx';
import { type UsageRange, type UsageStep, type UsageWindow, usageRanges, windowOf } from './usage-ranges.ts';
import { namedVersions, shareText, type UsageSeries, usageSeries } from './usage-series.ts';
import { UsageTable } from './usage-table.tsx';
import { useLiveHistory } from './use-live-history.ts';

const ranges = Object.keys(usageRanges)
  .filter((key): key is UsageRange => key in usageRanges)
  .map((value) => ({ value, label: usageRanges[value].label }));

const steps = [
  { value: 'hour', label: 'By hour' },
  { value: 'day', label: 'By day' },
] as const;

export interface UsageChartProps {
  readonly promptId: string;
  readonly live: LiveVersion | undefined;
  readonly range: UsageRange;
  /** Hours where the period has days. */
  readonly by: 'hour' | undefined;
  readonly onChange: (range: UsageRange, by?: 'hour') => void;
}

export function UsageChart({ promptId, live, range, by, onChange }: UsageChartProps) {
  // Fixed when the chart mounts: a window that moves with each render would start a new query each time.
  const [now] = useState(() => Date.now());
  // A month has more hours than a chart has pixels.
  const hasSteps = range === '7d';
  const window = windowOf(range, now, hasSteps ? by : undefined);
  const { data, error, refetch } = useQuery({
    ...reading('getPromptUsage', {
      params: { id: promptId },
      query: { from: window.from.toISOString(), to: window.to.toISOString(), step: window.step },
    }),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  });
  if (error) return <Failure error={error} retry={refetch} />;
  const series = data && usageSeries(data.usage, window);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <Figures series={series} />
        <div className="ml-auto flex flex-wrap gap-2">
          {hasSteps && (
            <Segments<UsageStep>
              label="Interval"
              value={window.step}
              onChange={(step) => onChange(range, step === 'hour' ? step : undefined)}
              options={steps}
            />
          )}
          <Segments label="Range" value={range} onChange={onChange} options={ranges} />
        </div>
      </div>
      {series === undefined ? (
        <Skeleton className="h-56 w-full rounded-xl" />
      ) : (
        <Charts promptId={promptId} series={series} window={window} live={live} />
      )}
      <p className="text-muted text-xs">{REPORTED}</p>
    </div>
  );
}

function Figures({ series }: { readonly series: UsageSeries | undefined }) {
  // A failed render counts only as a failure.
  const attempts = (series?.renders ?? 0) + (series?.failures ?? 0);
  return (
    <dl className="flex gap-8">
      <Figure name="Renders" value={series?.renders.toLocaleString('en') ?? '–'} />
      <Figure
        name="Failures"
        value={series?.failures.toLocaleString('en') ?? '–'}
        isBad={(series?.failures ?? 0) > 0}
      />
      <Figure name="Failure rate" value={series === undefined ? '–' : shareText(series.failures, attempts)} />
    </dl>
  );
}

function Figure({
  name,
  value,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly isBad?: boolean;
}) {
  return (
    <div>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className={classes('font-semibold text-xl tabular-nums', isBad && 'text-danger-ink')}>{value}</dd>
    </div>
  );
}

interface ChartsProps {
  readonly promptId: string;
  readonly series: UsageSeries;
  readonly window: UsageWindow;
  readonly live: LiveVersion | undefined;
}

function Charts({ promptId, series, window, live }: ChartsProps) {
  const history = useLiveHistory(promptId, window.from.getTime());
  if (series.renders === 0 && series.failures === 0) {
    return (
      <Card>
        <EmptyState icon={Activity} title="No renders in this period">
          When applications render this prompt, renders, failures and latency for each version appear here
          after a few seconds.
        </EmptyState>
      </Card>
    );
  }
  const named = namedVersions(series, live?.version);
  const plot = {
    series,
    window,
    named,
    colours: coloursOf(named, live?.version),
    marks: wentLive(history?.steps ?? [], window),
  };
  return (
    <>
      <Card className="p-4">
        <h2 className="mb-2 font-medium text-sm">Renders by version</h2>
        <RendersPlot {...plot} />
        <Legend {...plot} live={live?.version} />
        <WentLive promptId={promptId} marks={plot.marks} />
      </Card>
      <Card className="p-4">
        <h2 className="mb-2 font-medium text-sm">p95 render latency</h2>
        <LatencyPlot {...plot} />
      </Card>
      <UsageTable totals={series.totals} live={live?.version} />
    </>
  );
}

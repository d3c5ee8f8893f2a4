/** What is known of a prompt's renders: how many, which fail and why, and who makes them. */
import { UsedByList, type UsedByListProps } from '../services/mod.ts';
import { UsageBreakdown } from './usage-breakdown.tsx';
import { UsageChart, type UsageChartProps } from './usage-chart.tsx';

export interface UsageViewProps extends UsedByListProps, UsageChartProps {
  readonly teamId: string;
}

export function UsageView({ promptId, teamId, live, range, by, onChange }: UsageViewProps) {
  return (
    <div className="flex flex-col gap-8">
      <UsageChart promptId={promptId} live={live} range={range} by={by} onChange={onChange} />
      <UsageBreakdown promptId={promptId} teamId={teamId} live={live} range={range} />
      <UsedByList promptId={promptId} live={live} />
    </div>
  );
}

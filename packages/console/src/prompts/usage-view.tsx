/** What is known of a prompt's renders: how many, and who makes them. */
import { UsedByList, type UsedByListProps } from '../services/mod.ts';
import { UsageChart } from './usage-chart.tsx';

export function UsageView({ promptId, live }: UsedByListProps) {
  return (
    <div className="flex flex-col gap-8">
      <UsageChart promptId={promptId} />
      <UsedByList promptId={promptId} live={live} />
    </div>
  );
}

/** What px0 counts of a version's renders, for dialogs that take it out of service. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reading } from '../api/mod.ts';
import { usedBy } from '../services/mod.ts';
import { windowOf } from './usage-ranges.ts';
import { usageSeries } from './usage-series.ts';

/** Applications that hold their prompts report their renders; the figures are behind by that. */
export const REPORTED = 'Renders made inside applications arrive about once a minute.';

export interface RecentRendersProps {
  readonly promptId: string;
  readonly version: number;
}

/** Without the figure until it has come, and where it cannot be had: it only helps to decide. */
export function RecentRenders({ promptId, version }: RecentRendersProps) {
  // Fixed when the dialog opens, so that no render of it starts another query.
  const [window] = useState(() => windowOf('7d', Date.now()));
  const { data } = useQuery(
    reading('getPromptUsage', {
      params: { id: promptId },
      query: { from: window.from.toISOString(), to: window.to.toISOString(), step: window.step },
    }),
  );
  const { data: known } = useQuery(
    reading('listPromptServices', { params: { id: promptId }, query: { version: String(version) } }),
  );
  const users = usedBy(known?.services ?? [], version);
  const own = data && usageSeries(data.usage, window).totals.find((total) => total.version === version);
  const renders = (own?.renders ?? 0) + (own?.failures ?? 0);
  return (
    <>
      <p className="text-muted text-xs">
        {data !== undefined && `Rendered ${times(renders)} in the last 7 days. `}
        {REPORTED}
      </p>
      {users !== '' && <p className="text-xs">{users}</p>}
    </>
  );
}

function times(renders: number): string {
  return renders === 1 ? 'once' : `${renders.toLocaleString('en')} times`;
}

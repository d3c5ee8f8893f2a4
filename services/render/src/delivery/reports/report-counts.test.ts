import { usageSources } from '@px0/contracts';
import { expect, it } from 'vitest';
import { ReportCounts } from './report-counts.ts';

it('counts what was reported by source, each of which is there from the beginning', () => {
  const counts = new ReportCounts();
  const nothing = { rendered: 0, failed: 0 };
  expect(counts.bySource).toEqual(Object.fromEntries(usageSources.map((source) => [source, nothing])));
  const row = { prompt_id: 'p', number: 1, latencies: [] };
  const window = { process: 'x', window: 1, started_at: '', ended_at: '', keys: [] };
  counts.add({
    ...window,
    versions: [
      { ...row, renders: 3, failures: 1, source: 'stream' },
      { ...row, renders: 2, failures: 0, source: 'stream' },
      { ...row, renders: 1, failures: 0, source: 'cache' },
    ],
    fallbacks: [{ prompt_id: 'p', renders: 0, failures: 4 }],
  });
  counts.add({ ...window, versions: [] });
  expect(counts.bySource).toMatchObject({
    stream: { rendered: 5, failed: 1 },
    cache: { rendered: 1, failed: 0 },
    fallback: { rendered: 0, failed: 4 },
    poll: nothing,
  });
});

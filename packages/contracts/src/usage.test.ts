import { expect, it } from 'vitest';
import { z } from 'zod';
import { decodeUsage, encodeUsage, type UsageWindow, usageWindow } from './usage.ts';

const time = '2026-01-02T03:04:05Z';
const counts = { renders: 2, failures: 1, latencies: [3] };
const version = { prompt_id: 'p', number: 7, ...counts };
const plain: UsageWindow = {
  process: '7c1f0f4e-5b0a-4d57-9a0e-2f6f6c1d3b58',
  window: 1,
  started_at: time,
  ended_at: time,
  versions: [version],
  keys: [],
};
const reported: UsageWindow = {
  ...plain,
  versions: [
    {
      ...version,
      source: 'stream',
      variables: ['name'],
      services: [{ service: 'checkout', renders: 2, failures: 1 }],
      callers: [
        { key_id: 'k', renders: 1, failures: 1 },
        { key_id: null, renders: 1, failures: 0 },
      ],
      reasons: [{ reason: 'no name', failures: 1 }],
    },
  ],
  fallbacks: [{ prompt_id: 'p', renders: 1, failures: 0, variables: ['name'] }],
  client: { owner: 'o', key_id: null, service: 'checkout', service_version: '1', sdk: 'px0-go/0.3.0' },
};

it('a window that a client reported is read as it was written', () => {
  expect(decodeUsage(encodeUsage(reported))).toEqual(reported);
});

it('a window of a process that knows nothing of clients is read', () => {
  expect(decodeUsage(encodeUsage(plain))).toEqual(plain);
});

it('the release before reads a reported window as one of its own, without what was added', () => {
  const { versions, fallbacks: _fallbacks, client: _client, ...shape } = usageWindow.shape;
  const added = { source: true, variables: true, services: true, callers: true, reasons: true } as const;
  const before = z.object({ ...shape, versions: z.array(versions.element.omit(added)) });
  expect(before.parse(JSON.parse(encodeUsage(reported)))).toEqual(plain);
});

import type { Wire } from '@px0/contracts';
import { expect, it } from 'vitest';
import { joinedUsage, shareText } from './joined-usage.ts';

function prompt(slug: string, fields: Partial<Wire<'PromptUsage'>> = {}): Wire<'PromptUsage'> {
  return {
    prompt_id: slug,
    slug,
    name: slug,
    status: 'active',
    live_version: 1,
    renders: 0,
    failures: 0,
    last_rendered_at: null,
    created_at: '2026-01-01T00:00:00Z',
    ...fields,
  };
}

const usage = (fields: Partial<Wire<'TeamUsage'>>): Wire<'TeamUsage'> => ({
  renders: 0,
  failures: 0,
  daily: [],
  rendered_prompts: 0,
  unused_prompts: 0,
  most_rendered: [],
  most_failing: [],
  unused: [],
  ...fields,
});

it('adds up teams by day and ranks the prompts of all', () => {
  const joined = joinedUsage([
    {
      teamId: 'a',
      usage: usage({
        renders: 12,
        failures: 1,
        rendered_prompts: 2,
        daily: [
          { day: '2026-02-01', renders: 2, failures: 1 },
          { day: '2026-02-02', renders: 10, failures: 0 },
        ],
        most_rendered: [prompt('a1', { renders: 9 }), prompt('a2', { renders: 3 })],
      }),
    },
    {
      teamId: 'b',
      usage: usage({
        renders: 5,
        rendered_prompts: 1,
        daily: [
          { day: '2026-02-02', renders: 5, failures: 0 },
          { day: '2026-02-03', renders: 0, failures: 0 },
        ],
        most_rendered: [prompt('b1', { renders: 5 })],
      }),
    },
  ]);
  expect(joined).toMatchObject({ renders: 17, failures: 1, rendered_prompts: 3 });
  expect(joined.daily).toEqual([
    { day: '2026-02-01', renders: 2, failures: 1 },
    { day: '2026-02-02', renders: 15, failures: 0 },
    { day: '2026-02-03', renders: 0, failures: 0 },
  ]);
  expect(joined.most_rendered.map(({ slug, teamId }) => [slug, teamId])).toEqual([
    ['a1', 'a'],
    ['b1', 'b'],
    ['a2', 'a'],
  ]);
});

it('names first what is live and not rendered, then the oldest', () => {
  const old = { created_at: '2025-01-01T00:00:00Z' };
  const joined = joinedUsage([
    {
      teamId: 'a',
      usage: usage({ unused: [prompt('live'), prompt('draft', { live_version: null, ...old })] }),
    },
    {
      teamId: 'b',
      usage: usage({ unused: [prompt('old live', old), prompt('new draft', { live_version: null })] }),
    },
  ]);
  expect(joined.unused.map(({ slug }) => slug)).toEqual(['old live', 'live', 'draft', 'new draft']);
});

it('writes shares so that a small one is not zero', () => {
  expect(
    [
      [0, 0],
      [0, 5],
      [1, 5_000],
      [1, 25],
      [5, 5],
    ].map(([part = 0, whole = 0]) => shareText(part, whole)),
  ).toEqual(['0%', '0%', '0.02%', '4%', '100%']);
});

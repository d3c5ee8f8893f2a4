/** What an application is told of changes and states. */
import {
  A,
  B,
  begin,
  connect,
  drop,
  foreign,
  frames,
  framesOn,
  goaway,
  gone,
  hello,
  live,
  mark,
  opened,
  prompt,
  put,
  R,
  resume,
  scenario,
  status,
  sync,
  version,
} from './builders.ts';
import type { Scenario } from './scenario.ts';

const one = live('one', 1);
const one2 = live('one', 2);
const two = live('two', 1);

const retired = prompt('one', {
  status: 'archived',
  live: null,
  tags: { prod: 1 },
  versions: [version(1, 'one 1', { status: 'stable' })],
});

export const changeScenarios: readonly Scenario[] = [
  scenario('no-change-for-the-first-state', 'The first state is no change.', [
    opened({ [A]: [one, two] }),
    { at: 0, change: [] },
  ]),
  scenario('a-change-for-each-kind', 'A put that changes several things is several changes, live first.', [
    opened({ [A]: [one] }),
    frames(1_000, put(A, 11, retired), mark(A, 10, 11, retired)),
    {
      at: 1_000,
      change: ['live', 'tags', 'status'].map((kind) => ({
        kind,
        slug: 'one',
        prompt_id: one.id,
        team_id: A,
        before: { live: 1, tags: {}, status: 'active' },
        after: { live: null, tags: { prod: 1 }, status: 'archived' },
      })),
    },
  ]),
  foreign(
    'px0 puts a prompt again only when something has changed.',
    scenario('no-change-for-the-same-again', 'What is sent again is no change.', [
      opened({ [A]: [one] }),
      frames(
        1_000,
        put(A, 10, one),
        mark(A, 10, 10, one),
        begin(A),
        put(A, 10, one),
        sync(11, { [A]: 10 }, one),
      ),
      { at: 1_000, change: [] },
    ]),
  ),
  scenario('changes-of-a-transfer', 'A whole team that takes effect changes only what differs.', [
    opened({ [A]: [one, two] }),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10)),
    frames(1_500, hello(), begin(A), put(A, 12, one2), put(A, 12, live('three', 1))),
    { at: 1_500, change: [] },
    frames(1_500, sync(12, { [A]: 12 }, one2, live('three', 1))),
    {
      at: 1_500,
      change: [
        { slug: 'one', kind: 'live' },
        { slug: 'three', kind: 'added' },
        { slug: 'two', kind: 'removed' },
      ],
    },
  ]),
  scenario(
    'move-in-a-whole-transfer',
    'A prompt that has moved meanwhile is in its new team before it leaves the old one, whatever the order of the teams.',
    [
      opened({ [A]: [one], [B]: [two] }),
      { at: 1_000, cut: 'break' },
      connect(1_500, resume(10)),
      frames(
        1_500,
        hello(),
        begin(A),
        put(A, 12, two),
        begin(B),
        put(B, 12, one),
        sync(12, { [A]: 12, [B]: 12 }, one, two),
      ),
      {
        at: 1_500,
        change: [
          { slug: 'two', team_id: A, kind: 'added' },
          { slug: 'two', team_id: B, kind: 'removed' },
          { slug: 'one', team_id: B, kind: 'added' },
          { slug: 'one', team_id: A, kind: 'removed' },
        ],
      },
    ],
  ),
  scenario(
    'move-shown-by-another-connection',
    'So it is where another connection takes the place of the first, and the old team is gone.',
    [
      opened({ [A]: [one], [B]: [two] }),
      frames(1_000, goaway()),
      connect(2_000, resume(10)),
      framesOn(
        1,
        2_100,
        hello(),
        begin(A),
        put(A, 12, one),
        put(A, 12, two),
        sync(12, { [A]: 12 }, one, two),
      ),
      {
        at: 2_100,
        change: [
          { slug: 'two', team_id: A, kind: 'added' },
          { slug: 'two', team_id: B, kind: 'removed' },
        ],
      },
      status(2_100, { repairs: 0 }),
    ],
  ),
  scenario('changes-after-an-outage', 'What changed while px0 was away is told, too.', [
    opened({ [A]: [one, two] }),
    { at: 20_000, cut: 'break' },
    connect(21_000, resume(10)),
    frames(
      21_000,
      hello({ resumed: true }),
      begin(A, R(10)),
      put(A, 12, one2),
      gone(A, 12, two),
      sync(12, { [A]: 12 }, one2),
    ),
    {
      at: 21_000,
      change: [
        { slug: 'one', kind: 'live' },
        { slug: 'two', kind: 'removed' },
      ],
    },
  ]),
  scenario('changes-of-a-dropped-team', 'Each prompt of a dropped team is removed.', [
    opened({ [A]: [one, two], [B]: [live('three', 1)] }),
    frames(1_000, drop(A)),
    {
      at: 1_000,
      change: [
        { slug: 'one', kind: 'removed' },
        { slug: 'two', kind: 'removed' },
      ],
    },
  ]),
  scenario(
    'too-many-changes',
    'Of more than a thousand changes that wait the oldest are not told; one says so.',
    [
      opened({ [A]: [] }),
      frames(
        1_000,
        begin(B),
        ...Array.from({ length: 1_001 }, (_, index) => put(B, 12, live(`p${index}`, 1))),
        sync(12, { [A]: 10, [B]: 12 }, ...Array.from({ length: 1_001 }, (_, index) => live(`p${index}`, 1))),
      ),
      status(1_000, { prompts: 1_001, repairs: 0 }),
    ],
  ),
  scenario('states-of-an-outage', 'ready, stale after three heartbeats, offline after a minute.', [
    status(0, { state: 'initializing', since: Date.UTC(2026, 0, 1) }),
    opened({ [A]: [one] }),
    status(0, { state: 'ready', age_ms: 0, last_error: null }),
    { at: 20_000, cut: 'break' },
    connect(21_000, resume(10), 'never'),
    connect(31_500, resume(10), 'never'),
    connect(42_500, resume(10), 'never'),
    status(44_999, { state: 'ready' }),
    status(45_000, { state: 'stale', since: Date.UTC(2026, 0, 1) + 45_000 }),
    connect(54_500, resume(10), 'never'),
    status(59_999, { state: 'stale' }),
    status(60_000, { state: 'offline', age_ms: 60_000 }),
    connect(68_500, resume(10)),
    frames(68_500, hello({ resumed: true })),
    status(68_500, { state: 'offline' }),
    frames(68_500, sync(10, { [A]: 10 }, one)),
    status(68_500, { state: 'ready', age_ms: 0 }),
  ]),
  scenario(
    'long-transfer',
    'Frames of a connection that is in step are signs of life, also within a transfer.',
    [
      opened({ [A]: [one] }),
      frames(40_000, begin(B)),
      frames(80_000, put(B, 11, two)),
      status(84_000, { state: 'ready', age_ms: 84_000 }),
      frames(100_000, sync(11, { [A]: 10, [B]: 11 }, one, two)),
      status(100_000, { state: 'ready', age_ms: 0 }),
    ],
  ),
  scenario('prompts-come-and-go', 'The same prompt may be removed and added.', [
    opened({ [A]: [one] }),
    frames(1_000, gone(A, 11, one), mark(A, 10, 11), put(A, 12, one2), mark(A, 11, 12, one2)),
    {
      at: 1_000,
      change: [
        { slug: 'one', kind: 'removed', after: null },
        { slug: 'one', kind: 'added', before: null },
      ],
    },
  ]),
];

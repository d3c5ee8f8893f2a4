/** A client that polls the snapshot. */
import {
  A,
  B,
  begin,
  connect,
  digestOf,
  FAULT,
  fails,
  foreign,
  frames,
  gone,
  isGone,
  live,
  notBefore,
  put,
  R,
  renders,
  SNAPSHOT,
  said,
  scenario,
  status,
  sync,
  whole,
} from './builders.ts';
import type { Scenario, ScenarioAnswer, ScenarioOptions, ScenarioStep } from './scenario.ts';

const one = live('one', 1);
const two = live('two', 1);
const one2 = live('one', 2);
const PATH = '/v1/delivery/snapshot';

function polling(
  id: string,
  about: string,
  steps: readonly (ScenarioStep | readonly ScenarioStep[])[],
  options: Partial<ScenarioOptions> = {},
): Scenario {
  return scenario(id, about, steps, { options: { mode: 'poll', ...options } });
}

/** A poll that knows what is held. */
function again(
  at: number,
  last: number,
  prompts: readonly (typeof one)[],
  answer: ScenarioAnswer = SNAPSHOT,
  floor = last,
): ScenarioStep {
  const { digest, count } = digestOf(...prompts);
  return connect(
    at,
    { 'if-none-match': `"${digest}.${count}"`, ...notBefore(floor) },
    answer,
    `${PATH}?since=${R(last)}`,
  );
}

const first: readonly ScenarioStep[] = [
  connect(0, {}, SNAPSHOT, PATH),
  ...frames(0, ...whole({ [A]: [one] })),
  { at: 0, cut: 'end' },
];

function unchanged(sequence: number, headers: Readonly<Record<string, string>> = {}): ScenarioAnswer {
  return { status: 304, headers: { 'px0-revision': R(sequence), ...headers } };
}

export const pollingScenarios: readonly Scenario[] = [
  polling('poll-every-30-seconds', 'A snapshot is asked for every 30 s, with what is held.', [
    first,
    renders(0, 'one', 'one 1', { source: 'poll', stale: false, revision: R(10) }),
    status(0, { state: 'ready' }),
    again(30_000, 10, [one], unchanged(12)),
    renders(30_000, 'one', 'one 1', { source: 'poll', age_ms: 0, revision: R(12) }),
    again(60_000, 12, [one], unchanged(12)),
    status(60_000, { state: 'ready', repairs: 0 }),
  ]),
  polling(
    'poll-as-often-as-told',
    'The interval is an option.',
    [first, again(10_000, 10, [one], unchanged(10))],
    {
      poll_interval_ms: 10_000,
    },
  ),
  polling(
    'poll-no-more-often-than-every-5-seconds',
    'An interval below 5 s counts as 5 s.',
    [first, again(5_000, 10, [one], unchanged(10))],
    { poll_interval_ms: 1 },
  ),
  polling('poll-what-changed', 'Changes since the last poll are applied to what is held.', [
    first,
    again(30_000, 10, [one]),
    frames(30_000, begin(A, R(10)), put(A, 12, two), put(A, 13, one2), sync(13, { [A]: 13 }, one2, two)),
    { at: 30_000, cut: 'end' },
    renders(30_000, 'one', 'one 2', { revision: R(13) }),
    renders(30_000, 'two', 'two 1'),
    {
      at: 30_000,
      change: [
        { slug: 'two', kind: 'added' },
        { slug: 'one', kind: 'live' },
      ],
    },
    again(60_000, 13, [one2, two]),
    frames(60_000, begin(A, R(13)), gone(A, 14, two), sync(14, { [A]: 14 }, one2)),
    { at: 60_000, cut: 'end' },
    isGone(60_000, 'two'),
    again(90_000, 14, [one2], unchanged(14)),
  ]),
  polling('poll-everything', 'px0 may send all again.', [
    first,
    again(30_000, 10, [one]),
    frames(30_000, ...whole({ [A]: [one2], [B]: [two] }, 15)),
    { at: 30_000, cut: 'end' },
    renders(30_000, 'one', 'one 2'),
    renders(30_000, 'two', 'two 1'),
    status(30_000, { repairs: 0, teams: 2 }),
  ]),
  foreign(
    FAULT,
    polling('poll-that-does-not-add-up', 'What does not add up is asked for as a whole.', [
      first,
      again(30_000, 10, [one]),
      frames(30_000, begin(A, R(10)), sync(13, { [A]: 13 }, one2)),
      status(30_000, { repairs: 1 }),
      connect(30_500, notBefore(13), SNAPSHOT, PATH),
      frames(30_500, ...whole({ [A]: [one2] }, 13)),
      { at: 30_500, cut: 'end' },
      renders(30_500, 'one', 'one 2'),
      again(60_500, 13, [one2], unchanged(13)),
    ]),
  ),
  polling('poll-cut-short', 'A poll without its end is tried again soon.', [
    first,
    again(30_000, 10, [one]),
    frames(30_000, begin(A), put(A, 12, one2)),
    { at: 30_000, cut: 'break' },
    renders(30_000, 'one', 'one 1'),
    again(30_500, 10, [one], SNAPSHOT, 12),
    frames(30_500, begin(A), put(A, 12, one2), sync(12, { [A]: 12 }, one2)),
    { at: 30_500, cut: 'end' },
    renders(30_500, 'one', 'one 2'),
  ]),
  polling(
    'poll-in-an-outage',
    'A poll that fails is repeated with growing waits, and one that works ends them.',
    [
      first,
      again(30_000, 10, [one], 'unreachable'),
      again(30_500, 10, [one], said(503, 'service unavailable', { 'retry-after': '1' })),
      again(31_500, 10, [one], unchanged(10)),
      again(61_500, 10, [one], 'unreachable'),
      again(62_000, 10, [one], unchanged(10)),
    ],
  ),
  polling(
    'poll-states',
    'A client is ready for three intervals; 60 s without confirmation are offline.',
    [
      first,
      again(10_000, 10, [one], 'never'),
      again(20_500, 10, [one], 'never'),
      status(29_999, { state: 'ready' }),
      status(30_000, { state: 'stale' }),
      again(31_500, 10, [one], 'never'),
      again(43_500, 10, [one], 'never'),
      again(57_500, 10, [one], 'never'),
      status(59_999, { state: 'stale' }),
      status(60_000, { state: 'offline' }),
      renders(60_000, 'one', 'one 1', { stale: true, age_ms: 60_000 }),
    ],
    { poll_interval_ms: 10_000 },
  ),
  polling('poll-of-a-stale-px0', 'An answer of a px0 that may be behind confirms nothing.', [
    first,
    again(30_000, 10, [one], unchanged(10, { 'px0-stale': 'true' })),
    renders(30_000, 'one', 'one 1', { stale: true, age_ms: 30_000 }),
    again(60_000, 10, [one], unchanged(11)),
    renders(60_000, 'one', 'one 1', { stale: false, age_ms: 0 }),
  ]),
  polling('poll-refused', 'A poll that px0 refuses empties what is held.', [
    first,
    again(30_000, 10, [one], said(401, 'unauthorized')),
    fails(30_000, 'one', { class: 'UnauthorizedError', status: 401, message: 'unauthorized' }),
    connect(60_000, notBefore(10), SNAPSHOT, PATH),
    frames(60_000, ...whole({ [A]: [one] })),
    { at: 60_000, cut: 'end' },
    renders(60_000, 'one', 'one 1'),
  ]),
  polling(
    'poll-of-an-audience',
    'A poll names slugs and team, too.',
    [
      connect(0, {}, SNAPSHOT, `${PATH}?team_id=${A}&slugs=one`),
      frames(0, ...whole({ [A]: [one] })),
      { at: 0, cut: 'end' },
      renders(0, { slug: 'one', team_id: A }, 'one 1'),
      connect(
        30_000,
        { 'if-none-match': `"${one.etag}.1"`, ...notBefore(10) },
        unchanged(10),
        `${PATH}?team_id=${A}&slugs=one&since=${R(10)}`,
      ),
    ],
    { team_id: A, slugs: ['one'] },
  ),
  scenario(
    'streams-are-tried-again',
    'While polling stands in for streams, a stream is tried every ten minutes.',
    [
      connect(0),
      connect(10_500),
      connect(21_500),
      connect(31_500, {}, SNAPSHOT, PATH),
      frames(31_500, ...whole({ [A]: [one] })),
      { at: 31_500, cut: 'end' },
      ...Array.from({ length: 19 }, (_, index) => again(61_500 + index * 30_000, 10, [one], unchanged(10))),
      connect(631_500, { 'last-event-id': R(10), ...notBefore(10) }),
      { at: 641_500, closed: true, on: 23 },
      again(641_500, 10, [one], unchanged(10)),
      status(641_500, { state: 'ready' }),
    ],
  ),
];

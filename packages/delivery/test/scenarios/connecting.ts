/** What a client makes of answers and breaks, and when it comes back. */
import {
  A,
  asksPx0,
  BY_THE_WAY,
  begin,
  connect,
  FAULT,
  fails,
  foreign,
  frames,
  framesOn,
  goaway,
  heartbeat,
  hello,
  live,
  mark,
  notBefore,
  opened,
  put,
  R,
  renders,
  resume,
  SNAPSHOT,
  STREAM,
  said,
  scenario,
  status,
  sync,
  whole,
} from './builders.ts';
import type { Scenario, ScenarioAnswer, ScenarioStep } from './scenario.ts';

const one = live('one', 1);
const one2 = live('one', 2);
const good = (at: number): readonly ScenarioStep[] => [
  ...frames(at, hello(), ...whole({ [A]: [one] })),
  renders(at, 'one', 'one 1', { stale: false }),
];

/** Whatever it is, it is no answer of px0 that counts: half a second later the next attempt is made. */
function outage(id: string, about: string, answer: ScenarioAnswer, wait = 500): Scenario {
  return scenario(id, about, [
    connect(0, {}, answer),
    status(0, { state: 'initializing' }),
    connect(wait),
    good(wait),
  ]);
}

/** At 30 s, 60 s and so on: each wait is twice the one before. */
function refusals(count: number): readonly { readonly at: number; readonly next: number }[] {
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const now = at;
    at += Math.min(30_000 * 2 ** index, 600_000);
    return { at: now, next: at };
  });
}

const NO_SUCH_ANSWER = 'px0 answers nothing of the kind to a delivery.';
const unauthorized = said(401, 'unauthorized');

export const connectingScenarios: readonly Scenario[] = [
  outage('connection-refused', 'A connection that fails is an outage.', 'unreachable'),
  ...[500, 502, 503, 504, 408, 429].map((code) =>
    foreign(
      BY_THE_WAY,
      outage(`answer-${code}`, `A ${code} is an outage.`, {
        status: code,
        headers: {},
        body: 'upstream is busy',
      }),
    ),
  ),
  outage(
    'answer-503-of-px0',
    'A 503 of px0 is an outage.',
    said(503, 'service unavailable', { 'retry-after': '1' }),
    1_000,
  ),
  outage(
    'answer-429-of-px0',
    'Too many streams are an outage; Retry-After is honoured.',
    said(429, 'too many streams', { 'retry-after': '30' }),
    30_000,
  ),
  foreign(
    'px0 asks for 1 to 30 s.',
    outage(
      'retry-after-is-bounded',
      'A Retry-After beyond a minute counts as a minute.',
      said(503, 'service unavailable', { 'retry-after': '3600' }),
      60_000,
    ),
  ),
  foreign(
    'px0 asks for 1 to 30 s.',
    outage(
      'retry-after-is-the-least',
      'A Retry-After below the wait changes nothing.',
      said(503, 'service unavailable', { 'retry-after': '0' }),
    ),
  ),
  foreign(
    'px0 asks for 1 to 30 s.',
    outage(
      'retry-after-is-no-date',
      'A Retry-After that is no number of seconds is ignored.',
      said(503, 'service unavailable', { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }),
    ),
  ),
  foreign(
    BY_THE_WAY,
    outage('another-form', 'A 200 of another form is an outage: a captive portal, a proxy.', {
      status: 200,
      headers: { 'content-type': 'text/html' },
    }),
  ),
  foreign(
    BY_THE_WAY,
    outage('answer-304-unasked', 'A 304 to a request without a condition confirms nothing.', {
      status: 304,
      headers: { 'px0-revision': R(10) },
    }),
  ),
  foreign(
    BY_THE_WAY,
    outage('no-content-type', 'A 200 that does not say what it is is an outage.', {
      status: 200,
      headers: {},
    }),
  ),
  foreign(
    BY_THE_WAY,
    outage('redirect', 'A redirect is an outage.', {
      status: 302,
      headers: { location: 'https://login.example.com' },
      body: '',
    }),
  ),
  ...[401, 403, 404].map((code) =>
    foreign(
      BY_THE_WAY,
      outage(`answer-${code}-of-a-proxy`, `A ${code} that is not px0's is an outage.`, {
        status: code,
        headers: {},
        body: '<html>',
      }),
    ),
  ),
  foreign(
    BY_THE_WAY,
    outage(
      'answer-401-without-a-revision',
      'A 401 in the form of px0, but without its revision, is an outage.',
      { status: 401, headers: {}, body: '{"error":"unauthorized"}' },
    ),
  ),
  outage(
    'answer-401-of-a-stale-px0',
    'A 401 of a px0 that may be behind is an outage.',
    said(401, 'unauthorized', { 'px0-stale': 'true' }),
  ),
  outage(
    'answer-403-of-a-stale-px0',
    'A 403 of a px0 that may be behind is an outage.',
    said(403, 'user is not verified', { 'px0-stale': 'true' }),
  ),
  foreign(
    NO_SUCH_ANSWER,
    outage(
      'answer-404-of-a-stale-px0',
      'A 404 of a px0 that may be behind is an outage.',
      said(404, 'not found', { 'px0-stale': 'true' }),
    ),
  ),
  foreign(
    NO_SUCH_ANSWER,
    outage('answer-404-of-px0', 'A 404 with a revision takes nothing away.', said(404, 'not found')),
  ),
  foreign(
    NO_SUCH_ANSWER,
    outage(
      'answer-422-of-another-kind',
      'A 422 that is not about the audience is an outage.',
      said(422, 'something else'),
    ),
  ),
  foreign(
    'A client sends the revisions that px0 has told.',
    outage('answer-400', 'A 400 is an outage.', said(400, 'invalid revision')),
  ),
  scenario(
    'full-jitter',
    'Each failure doubles the bound of the wait, to 30 s at most; half of it, because chance is always 0.5 here.',
    [
      ...[0, 500, 1_500, 3_500, 7_500, 15_500, 30_500, 45_500].map((at) => connect(at, {}, 'unreachable')),
      connect(60_500),
      good(60_500),
    ],
  ),
  scenario('break-of-a-young-stream', 'A stream that breaks before it has lived 10 s counts as a failure.', [
    opened({ [A]: [one] }),
    { at: 9_999, cut: 'break' },
    connect(10_499, resume(10)),
    frames(10_499, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
    { at: 10_500, cut: 'break' },
    connect(11_500, resume(10)),
  ]),
  scenario(
    'break-of-an-old-stream',
    'A stream that had lived comes back within the range that px0 has named.',
    [
      connect(0),
      frames(0, hello({ retry_ms: [1_000, 4_000] }), ...whole({ [A]: [one] })),
      { at: 10_000, cut: 'break' },
      connect(12_500, resume(10)),
      frames(12_500, hello({ resumed: true, retry_ms: [0, 2_000] }), sync(10, { [A]: 10 }, one)),
      renders(12_500, 'one', 'one 1', { stale: false }),
    ],
  ),
  scenario('a-good-stream-ends-the-backoff', 'After a stream that had lived the waits begin anew.', [
    connect(0, {}, 'unreachable'),
    connect(500, {}, 'unreachable'),
    connect(1_500),
    frames(1_500, hello(), ...whole({ [A]: [one] })),
    { at: 11_500, cut: 'break' },
    connect(12_500, resume(10), 'unreachable'),
    connect(13_000, resume(10)),
  ]),
  scenario('end-without-a-word', 'A body that ends is a break.', [
    opened({ [A]: [one] }),
    { at: 20_000, cut: 'end' },
    renders(20_000, 'one', 'one 1', { stale: false }),
    connect(21_000, resume(10)),
  ]),
  scenario('silence', 'No byte for three heartbeats is a break.', [
    opened({ [A]: [one] }),
    frames(15_000, heartbeat(10, [one])),
    { at: 59_999, closed: false, on: 0 },
    renders(59_999, 'one', 'one 1', { stale: false }),
    { at: 60_000, closed: true, on: 0 },
    renders(60_000, 'one', 'one 1', { stale: true }),
    connect(61_000, resume(10)),
  ]),
  foreign(
    BY_THE_WAY,
    scenario('comments-keep-a-connection', 'Any byte is a sign of life, also of something on the way.', [
      opened({ [A]: [one] }),
      { at: 40_000, bytes: [': still here\n\n'] },
      { at: 84_999, closed: false, on: 0 },
      { at: 85_000, closed: true, on: 0 },
      connect(86_000, resume(10)),
    ]),
  ),
  scenario('no-headers', 'An attempt without an answer ends after 10 s.', [
    connect(0, {}, 'never'),
    { at: 9_999, closed: false, on: 0 },
    { at: 10_000, closed: true, on: 0 },
    connect(10_500),
    good(10_500),
  ]),
  foreign(
    BY_THE_WAY,
    scenario(
      'no-hello',
      'Three streams without hello: something holds them back, and polling takes their place.',
      [
        connect(0),
        { at: 0, bytes: [': waiting\n'] },
        { at: 5_000, bytes: [': waiting\n'] },
        { at: 9_999, closed: false, on: 0 },
        { at: 10_000, closed: true, on: 0 },
        connect(10_500),
        { at: 20_500, closed: true, on: 1 },
        connect(21_500),
        { at: 31_499, warning: 0 },
        connect(31_500, {}, SNAPSHOT, '/v1/delivery/snapshot'),
        { at: 31_500, warning: 1 },
        frames(31_500, ...whole({ [A]: [one] })),
        { at: 31_500, cut: 'end' },
        renders(31_500, 'one', 'one 1', { source: 'poll', stale: false }),
      ],
    ),
  ),
  scenario('no-hello-twice', 'Two streams without hello and one with: streams get through.', [
    connect(0),
    connect(10_500),
    connect(21_500),
    good(21_500),
    { at: 21_500, warning: 0 },
    { at: 22_000, cut: 'break' },
    connect(24_000, resume(10)),
  ]),
  scenario('no-hello-now-and-then', 'Only streams without hello that follow each other count.', [
    connect(0),
    connect(10_500),
    connect(21_500),
    frames(21_500, hello(), ...whole({ [A]: [one] })),
    { at: 40_000, cut: 'break' },
    connect(41_000, resume(10)),
    connect(51_500, resume(10)),
    connect(62_500, resume(10)),
    frames(62_500, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
    { at: 62_500, warning: 0 },
    renders(62_500, 'one', 'one 1', { source: 'stream', stale: false }),
  ]),
  scenario(
    'goaway-waits-within-its-range',
    'Another connection is opened at a random time within the range.',
    [
      opened({ [A]: [one] }),
      frames(1_000, goaway({ retry_ms: [2_000, 4_000], grace_ms: 10_000, reason: 'rebalance' })),
      connect(4_000, resume(10)),
    ],
  ),
  foreign(
    FAULT,
    scenario(
      'repair-after-failures',
      'The first repair waits for none of the failures before it; the next one waits longer.',
      [
        opened({ [A]: [one] }),
        { at: 1_000, cut: 'break' },
        connect(1_500, resume(10), said(503, 'service unavailable')),
        connect(2_500, resume(10), said(503, 'service unavailable')),
        connect(4_500, resume(10)),
        frames(4_500, hello({ resumed: true }), sync(11, { [A]: 11 }, one2)),
        connect(5_000, notBefore(11)),
        frames(5_000, hello(), ...whole({ [A]: [one2] }, 11), heartbeat(11, [one])),
        connect(6_000, notBefore(11)),
        frames(6_000, hello(), ...whole({ [A]: [one2] }, 11)),
        status(6_000, { repairs: 2, state: 'ready' }),
      ],
    ),
  ),
  scenario('goaway-goes-on-reading', 'The old connection is read until the new one is in step.', [
    opened({ [A]: [one] }),
    frames(1_000, goaway()),
    connect(2_000, resume(10)),
    framesOn(0, 2_100, put(A, 11, one2), mark(A, 10, 11, one2)),
    renders(2_100, 'one', 'one 2', { stale: false, revision: R(11) }),
    framesOn(
      1,
      2_200,
      hello({ resumed: true }),
      begin(A, R(10)),
      put(A, 11, one2),
      sync(11, { [A]: 11 }, one2),
    ),
    { at: 2_200, closed: true, on: 0 },
    renders(2_200, 'one', 'one 2'),
    status(2_200, { repairs: 0 }),
  ]),
  scenario(
    'goaway-never-goes-back',
    'A new connection that is behind the old one does not take its place before it has caught up.',
    [
      opened({ [A]: [one] }),
      frames(1_000, goaway()),
      connect(2_000, resume(10)),
      framesOn(0, 2_100, put(A, 12, one2), mark(A, 10, 12, one2)),
      framesOn(1, 2_200, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
      renders(2_200, 'one', 'one 2', { revision: R(12) }),
      { at: 2_200, closed: false, on: 0 },
      framesOn(1, 2_300, put(A, 12, one2), mark(A, 10, 12, one2)),
      { at: 2_300, closed: true, on: 0 },
      renders(2_300, 'one', 'one 2', { revision: R(12) }),
      { at: 2_300, change: [{ slug: 'one', kind: 'live' }] },
      status(2_300, { repairs: 0 }),
    ],
  ),
  scenario('goaway-ends-after-its-grace', 'After the grace the old connection is closed, in step or not.', [
    opened({ [A]: [one] }),
    frames(1_000, goaway({ grace_ms: 5_000 })),
    connect(2_000, resume(10)),
    framesOn(1, 2_000, hello({ resumed: true })),
    { at: 5_999, closed: false, on: 0 },
    { at: 6_000, closed: true, on: 0 },
    renders(6_000, 'one', 'one 1', { stale: false }),
    framesOn(1, 7_000, sync(10, { [A]: 10 }, one)),
    renders(7_000, 'one', 'one 1', { stale: false }),
    status(7_000, { state: 'ready', repairs: 0 }),
  ]),
  scenario(
    'goaway-to-a-server-that-is-down',
    'While the new connection fails, the old one is read, and the new one tried again.',
    [
      opened({ [A]: [one] }),
      frames(1_000, goaway()),
      connect(2_000, resume(10), 'unreachable'),
      framesOn(0, 2_100, put(A, 11, one2), mark(A, 10, 11, one2)),
      connect(2_500, resume(11)),
      framesOn(2, 2_500, hello({ resumed: true }), sync(11, { [A]: 11 }, one2)),
      { at: 2_500, closed: true, on: 0 },
      renders(2_500, 'one', 'one 2'),
    ],
  ),
  scenario('goaway-and-a-break', 'An old connection that breaks during its grace is replaced all the same.', [
    opened({ [A]: [one] }),
    frames(1_000, goaway()),
    { at: 1_500, cut: 'break', on: 0 },
    connect(2_000, resume(10)),
    framesOn(1, 2_000, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
    renders(2_000, 'one', 'one 1', { stale: false }),
  ]),
  scenario('refused-at-first', 'A 401 of px0 refuses; the waits double, to ten minutes at most.', [
    ...refusals(7).flatMap(({ at }) => [
      connect(at, {}, unauthorized),
      fails(at, 'one', { class: 'UnauthorizedError', status: 401, message: 'unauthorized' }),
    ]),
    status(2_000_000, { state: 'refused' }),
    connect(refusals(7).at(-1)?.next ?? 0),
    good(refusals(7).at(-1)?.next ?? 0),
  ]),
  scenario(
    'refused-with-403',
    'A 403 of px0 refuses.',
    [
      connect(0, {}, said(403, 'forbidden'), `/v1/delivery/stream?team_id=${A}`),
      fails(0, 'one', { class: 'ForbiddenError', status: 403, message: 'forbidden' }),
      status(0, { state: 'refused', last_error: 'forbidden' }),
    ],
    { options: { team_id: A } },
  ),
  scenario(
    'refused-and-reconnected',
    'A caller that is refused may ask at once; a key that is valid again recovers.',
    [
      connect(0, {}, unauthorized),
      { at: 5_000, reconnect: true },
      connect(5_000),
      good(5_000),
      status(5_000, { state: 'ready' }),
    ],
  ),
  scenario('refused-again', 'After px0 has delivered, the waits of a refused caller begin anew.', [
    connect(0, {}, unauthorized),
    connect(30_000, {}, unauthorized),
    connect(90_000),
    good(90_000),
    { at: 91_000, frame: { type: 'end', status: 401, error: 'unauthorized' } },
    connect(121_000, notBefore(10), unauthorized),
    connect(181_000, notBefore(10)),
  ]),
  scenario('refused-then-unreachable', 'An outage does not lift a refusal.', [
    connect(0, {}, unauthorized),
    connect(30_000, {}, 'unreachable'),
    fails(30_000, 'one', { class: 'UnauthorizedError', status: 401 }),
    connect(30_500),
    good(30_500),
  ]),
  scenario('refused-after-a-state', 'A 401 on the way back empties what is held.', [
    opened({ [A]: [one] }),
    { at: 20_000, cut: 'break' },
    connect(21_000, resume(10), unauthorized),
    fails(21_000, 'one', { class: 'UnauthorizedError', status: 401 }),
    status(21_000, { prompts: 0, teams: 0, state: 'refused' }),
    { at: 21_000, file: [{ type: 'state', version: 2, revision: null }] },
  ]),
  foreign(
    'A px0 from before delivery.',
    scenario(
      'no-delivery-there',
      'A server without delivery: one warning, remote renders, ever rarer attempts.',
      [
        ...refusals(3).map(({ at }) =>
          connect(at, {}, { status: 404, headers: {}, body: '{"error":"not found"}' }),
        ),
        { at: 100_000, warning: 1 },
        asksPx0(100_000, 'one'),
        connect(210_000),
        good(210_000),
      ],
    ),
  ),
  scenario(
    'audience-too-large',
    'An audience that is too large is asked for every ten minutes; one warning.',
    [
      connect(0, {}, said(422, 'audience is too large; name teams or slugs')),
      { at: 0, warning: 1 },
      status(0, { last_error: 'audience is too large; name teams or slugs' }),
      connect(600_000, {}, said(422, 'audience is too large; name teams or slugs')),
      { at: 600_000, warning: 0 },
      connect(1_200_000),
      good(1_200_000),
    ],
  ),
  scenario('revision-not-yet-there', 'A replica that is behind is an outage.', [
    opened({ [A]: [one] }),
    { at: 20_000, cut: 'break' },
    connect(
      21_000,
      resume(10),
      said(503, 'revision not yet available', { 'px0-revision': R(9), 'retry-after': '1' }),
    ),
    connect(22_000, resume(10)),
    frames(22_000, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
    status(22_000, { state: 'ready', repairs: 0 }),
  ]),
  scenario(
    'another-installation',
    'An earlier epoch for ten minutes is another installation: what was known is forgotten.',
    [opened({ [A]: [one] }), { at: 1_000, cut: 'break' }, elsewhere()],
  ),
  scenario(
    'another-installation-and-own-writes',
    'What a client has written to another installation is not waited for.',
    [
      opened({ [A]: [one] }),
      { at: 900, render: { slug: 'one', noted: R(12) }, takes: 50, remote: true },
      { at: 1_000, cut: 'break' },
      elsewhere(),
    ],
  ),
  scenario(
    'an-earlier-epoch-for-a-while',
    'An earlier epoch for less than ten minutes is a replica that starts.',
    [
      opened({ [A]: [one] }),
      { at: 20_000, cut: 'break' },
      connect(
        21_000,
        resume(10),
        said(503, 'revision not yet available', { 'px0-revision': R(900, 4), 'retry-after': '1' }),
      ),
      connect(22_000, resume(10)),
      frames(22_000, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
      { at: 22_000, warning: 0 },
      renders(22_000, 'one', 'one 1', { stale: false }),
    ],
  ),
  scenario('closed', 'A client that is closed renders nothing, and asks for nothing.', [
    opened({ [A]: [one] }),
    { at: 1_000, close: true },
    { at: 1_000, closed: true, on: 0 },
    fails(1_000, 'one', { class: 'UsageError' }),
    status(100_000, { state: 'closed' }),
  ]),
  scenario('closed-while-waiting', 'A client that is closed between two attempts makes no more.', [
    connect(0, {}, 'unreachable'),
    { at: 100, close: true },
    status(100_000, { state: 'closed' }),
  ]),
  scenario(
    'audience-in-the-request',
    'Slugs and team are asked for.',
    [connect(0, {}, STREAM, `/v1/delivery/stream?team_id=${A}&slugs=one,two%2Fthree`), good(0)],
    { options: { slugs: ['one', 'two/three'], team_id: A } },
  ),
];

/** Attempts at growing waits, until ten minutes have passed. */
function elsewhere(): readonly ScenarioStep[] {
  const answer = said(503, 'revision not yet available', { 'px0-revision': R(900, 4), 'retry-after': '1' });
  const growing = [1_500, 2_500, 4_500, 8_500, 16_500];
  const times = [...growing, ...Array.from({ length: 39 }, (_, index) => 31_500 + index * 15_000)];
  return [
    ...times.map((at) => connect(at, resume(10), answer)),
    connect(601_500),
    { at: 601_500, warning: 1 },
    renders(601_500, 'one', 'one 1', { stale: true }),
    ...frames(601_500, hello(), begin(A)),
    { at: 601_500, frame: { ...put(A, 10, one2), revision: R(900, 4) } },
    {
      at: 601_500,
      frame: { ...sync(10, {}, one2), revision: R(900, 4), teams: [{ team_id: A, revision: R(900, 4) }] },
    },
    renders(601_500, 'one', 'one 2', { stale: false, revision: R(900, 4) }),
    { at: 602_000, cut: 'break' },
    // The waits have grown meanwhile.
    connect(617_000, { 'last-event-id': R(900, 4), ...notBefore(900, 4) }),
  ];
}

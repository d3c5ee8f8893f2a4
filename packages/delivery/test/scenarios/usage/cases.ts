/** What a client counts of its renders, and what it sends of that, when. */
import {
  ACCEPTED,
  latencies,
  MINUTE,
  range,
  rendered,
  renderedEach,
  report,
  row,
  rowEach,
  sends,
  sendsWindows,
  usageCase,
} from './builders.ts';
import type { UsageCase } from './case.ts';

const HOUR = 60 * MINUTE;
const LONG = 'x'.repeat(128);

export const usageCases: readonly UsageCase[] = [
  usageCase(
    'one-render',
    'A window begins with its first render and ends a minute later; nothing is sent without a render.',
    [rendered(5_000), sends(65_000, [report(1, 5_000, 65_000, row())]), { at: 10 * MINUTE, warning: 0 }],
  ),
  usageCase(
    'counts-add-up',
    'Renders of one version from one source are one row; failures are counted apart.',
    [
      rendered(0, {}, 400),
      rendered(1_000, { failed: true }),
      sends(MINUTE, [report(1, 0, MINUTE, row({ renders: 400, failures: 1 }))]),
    ],
  ),
  usageCase(
    'rows',
    'A prompt, a version and a source each make a row of their own, in the order of their first renders.',
    [
      rendered(0),
      rendered(0, { version: 8 }),
      rendered(0, { source: 'poll' }),
      rendered(0, { prompt_id: 'p2', slug: 'farewell' }),
      rendered(1),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({ renders: 2 }),
          row({ version: 8 }),
          row({ source: 'poll' }),
          row({ prompt_id: 'p2', slug: 'farewell' }),
        ),
      ]),
    ],
  ),
  usageCase('sources', 'px0 itself counts what it rendered.', [
    rendered(0, { source: 'live' }, 5),
    rendered(MINUTE, { source: 'fetched' }),
    rendered(MINUTE, { source: 'snapshot' }),
    rendered(MINUTE, { source: 'bundle' }),
    sends(2 * MINUTE, [
      report(
        1,
        MINUTE,
        2 * MINUTE,
        row({ source: 'fetched' }),
        row({ source: 'snapshot' }),
        row({ source: 'bundle' }),
      ),
    ]),
  ]),
  usageCase('fallbacks', 'A fallback has no version, and its prompt is known by its slug.', [
    rendered(0, { prompt_id: null, version: null, source: 'fallback' }, 2),
    rendered(0, { prompt_id: null, version: null, source: 'fallback', slug: 'farewell', failed: true }),
    sends(MINUTE, [
      report(
        1,
        0,
        MINUTE,
        row({ prompt_id: null, version: null, source: 'fallback', renders: 2 }),
        row({
          prompt_id: null,
          version: null,
          source: 'fallback',
          slug: 'farewell',
          renders: 0,
          failures: 1,
        }),
      ),
    ]),
  ]),
  usageCase(
    'kept-by-a-remote-client',
    'A remote client that does not know the id of what it has kept names the slug and the version.',
    [
      rendered(0, { prompt_id: null, source: 'cache' }),
      rendered(0, { prompt_id: null, source: 'cache', slug: 'farewell' }),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({ prompt_id: null, source: 'cache' }),
          row({ prompt_id: null, source: 'cache', slug: 'farewell' }),
        ),
      ]),
    ],
  ),
  usageCase(
    'latencies',
    'A duration counts in the first bucket whose bound it does not exceed; what is slower than all in the last.',
    [
      rendered(0, { duration_ms: 0 }),
      rendered(0, { duration_ms: 0.03125 }),
      rendered(0, { duration_ms: 0.0313 }),
      rendered(0, { duration_ms: 0.5 }, 3),
      rendered(0, { duration_ms: 0.51, failed: true }),
      rendered(0, { duration_ms: 128 }),
      rendered(0, { duration_ms: 128.01 }),
      rendered(0, { duration_ms: 60_000 }),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({ renders: 9, failures: 1, latencies: latencies({ 0: 2, 1: 1, 4: 3, 5: 1, 12: 1, 13: 2 }) }),
        ),
      ]),
    ],
  ),
  usageCase(
    'names',
    'Every name at the top level is sent once, in order; of a window that follows, those that were used in it.',
    [
      rendered(0, { variables: ['name', 'mood'] }),
      rendered(0, { variables: ['zeal', 'name'] }),
      rendered(0, { variables: ['mood', 'name'], failed: true }),
      rendered(0, { variables: [] }),
      sends(MINUTE, [
        report(1, 0, MINUTE, row({ renders: 3, failures: 1, variables: ['mood', 'name', 'zeal'] })),
      ]),
      rendered(MINUTE, { variables: ['mood'] }),
      sends(2 * MINUTE, [report(2, MINUTE, 2 * MINUTE, row({ variables: ['mood'] }))]),
    ],
  ),
  usageCase(
    'counts-only',
    'With `counts` no name of a variable is sent.',
    [
      rendered(0, { variables: ['name', 'mood'] }),
      sends(MINUTE, [report(1, 0, MINUTE, row({ variables: [] }))]),
    ],
    { usage: 'counts' },
  ),
  usageCase(
    'off',
    'With `off` nothing is sent.',
    [rendered(0, {}, 3), renderedEach(0, 1, 1_001), { at: HOUR, close: true }, { at: HOUR, closed: true }],
    { usage: 'off' },
  ),
  usageCase(
    'long-names',
    'A name is cut to 128 characters, a pair of surrogates counting as two and never split.',
    [
      rendered(0, { variables: [`${LONG}1`, `${LONG}2`] }),
      rendered(0, { variables: [`${'y'.repeat(127)}\u{1f600}`, `${'z'.repeat(126)}\u{1f600}`] }),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({ renders: 2, variables: [LONG, 'y'.repeat(127), `${'z'.repeat(126)}\u{1f600}`] }),
        ),
      ]),
    ],
  ),
  usageCase(
    'control-characters',
    'Control characters of a name or slug become U+FFFD, before it is cut or compared; px0 takes no NUL.',
    [
      rendered(0, { variables: ['a\u0000', 'b\u001f\u007fb', '\u0085c', '\ufffdc', 'd\u2028'] }, 2),
      rendered(0, { variables: [`${'e'.repeat(127)}\u0001f`, `${'e'.repeat(127)}\u0002`] }),
      rendered(1, { prompt_id: null, version: null, source: 'fallback', slug: 'no\u0000thing\n' }),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({
            renders: 3,
            variables: ['a\ufffd', 'b\ufffd\ufffdb', 'd\u2028', `${'e'.repeat(127)}\ufffd`, '\ufffdc'],
          }),
          row({ prompt_id: null, version: null, source: 'fallback', slug: 'no\ufffdthing\ufffd' }),
        ),
      ]),
    ],
  ),
  usageCase('long-slug', 'A slug of more than 1,020 bytes, which px0 does not have, is not counted.', [
    rendered(0, { prompt_id: null, version: null, source: 'fallback', slug: 's'.repeat(1_021) }),
    rendered(0, { prompt_id: null, version: null, source: 'fallback', slug: 'é'.repeat(511) }),
    rendered(5_000, { prompt_id: null, version: null, source: 'fallback', slug: 'é'.repeat(510) }),
    sends(5_000 + MINUTE, [
      report(
        1,
        5_000,
        5_000 + MINUTE,
        row({ prompt_id: null, version: null, source: 'fallback', slug: 'é'.repeat(510) }),
      ),
    ]),
  ]),
  usageCase(
    'many-names',
    'A row has at most 64 names; further ones come in rows without a count, behind the first.',
    [
      rendered(0, { variables: [{ text: 'v{n}', from: 1, to: 130 }] }),
      rendered(0, { version: 8 }),
      sends(MINUTE, [
        report(
          1,
          0,
          MINUTE,
          row({ variables: [{ text: 'v{n}', from: 1, to: 64 }] }),
          row({ renders: 0, variables: [{ text: 'v{n}', from: 65, to: 128 }] }),
          row({ renders: 0, variables: [{ text: 'v{n}', from: 129, to: 130 }] }),
          row({ version: 8 }),
        ),
      ]),
    ],
  ),
  usageCase('too-many-names', 'Beyond 512 names of a row one more stands for all others: `…`.', [
    rendered(0, { variables: [{ text: 'v{n}', from: 1, to: 500 }] }),
    rendered(0, { variables: [{ text: 'v{n}', from: 501, to: 512 }] }),
    rendered(0, { variables: ['v00001', 'a'] }),
    rendered(0, { variables: ['b'] }),
    sends(MINUTE, [
      report(
        1,
        0,
        MINUTE,
        ...range(0, 8).map((part) =>
          row({
            renders: part === 0 ? 4 : 0,
            variables: part === 8 ? ['…'] : [{ text: 'v{n}', from: part * 64 + 1, to: part * 64 + 64 }],
          }),
        ),
      ),
    ]),
  ]),
  usageCase(
    'full-window',
    'A window has at most 1,000 rows. The render that would need another begins the next one, and the full one is sent at once.',
    [
      renderedEach(0, 1, 1_000),
      rendered(1_000, { prompt_id: 'p00001', slug: 's00001', version: 1, variables: [] }),
      renderedEach(2_000, 1_001, 1_001),
      sends(2_000, [
        report(
          1,
          0,
          2_000,
          {
            row: row({ prompt_id: 'p{n}', slug: 's{n}', version: 1, variables: [], renders: 2 }),
            from: 1,
            to: 1,
          },
          rowEach(2, 1_000),
        ),
      ]),
      sends(62_000, [report(2, 2_000, 62_000, rowEach(1_001, 1_001))]),
    ],
  ),
  usageCase(
    'not-accepted',
    'What was not accepted is sent again with the next window, under its own number; times and counts stay.',
    [
      rendered(0),
      sends(MINUTE, [report(1, 0, MINUTE, row())], 'unreachable'),
      rendered(90_000, {}, 2),
      sends(2 * MINUTE, [report(1, 0, MINUTE, row()), report(2, 90_000, 2 * MINUTE, row({ renders: 2 }))], {
        status: 503,
      }),
      rendered(130_000),
      sends(3 * MINUTE, [
        report(1, 0, MINUTE, row()),
        report(2, 90_000, 2 * MINUTE, row({ renders: 2 })),
        report(3, 130_000, 3 * MINUTE, row()),
      ]),
      { at: HOUR, warning: 0 },
    ],
  ),
  usageCase('statuses-that-say-later', 'Only 204 accepts, and only 400 and 413 refuse for good.', [
    rendered(0),
    ...[200, 302, 401, 403, 404, 429, 500, 502].map((status, index) =>
      sendsWindows((index + 1) * MINUTE, [1], { status }),
    ),
    sendsWindows(9 * MINUTE, [1]),
    { at: HOUR, warning: 0 },
  ]),
  usageCase(
    'given-up-by-400',
    'What px0 cannot read is given up with a warning, with all that was sent with it.',
    [
      rendered(0),
      sendsWindows(MINUTE, [1], 'unreachable'),
      rendered(MINUTE),
      sendsWindows(2 * MINUTE, [1, 2], { status: 400 }),
      { at: 2 * MINUTE, warning: 1 },
      rendered(3 * MINUTE),
      sendsWindows(4 * MINUTE, [3]),
    ],
  ),
  usageCase('given-up-by-413', 'What is too large is given up with a warning.', [
    rendered(0),
    sendsWindows(MINUTE, [1], { status: 413 }),
    { at: MINUTE, warning: 1 },
    { at: HOUR, warning: 0 },
  ]),
  usageCase('an-hour', 'A window is kept for an hour after its end.', [
    rendered(0),
    ...range(1, 61).map((minute) => sendsWindows(minute * MINUTE, [1], 'unreachable')),
    { at: 2 * HOUR, warning: 0 },
    rendered(2 * HOUR),
    sends(2 * HOUR + MINUTE, [report(2, 2 * HOUR, 2 * HOUR + MINUTE, row())]),
  ]),
  usageCase(
    'twenty-a-request',
    'A request has at most 20 reports, the oldest; once accepted, the rest follows at once.',
    [
      ...range(1, 25).flatMap((minute) => [
        rendered((minute - 1) * MINUTE + 1),
        sendsWindows(
          minute * MINUTE + 1,
          range(1, Math.min(minute, 20)),
          minute < 25 ? 'unreachable' : ACCEPTED,
        ),
      ]),
      sendsWindows(25 * MINUTE + 1, range(21, 25)),
    ],
  ),
  usageCase(
    'five-thousand-rows',
    'Of all windows together 5,000 rows are kept; for another row the oldest window is given up, before anything is sent.',
    [
      renderedEach(0, 1, 1_001),
      sendsWindows(0, [1], 'unreachable'),
      renderedEach(1_000, 1_002, 2_001),
      sendsWindows(1_000, [1, 2], 'unreachable'),
      renderedEach(2_000, 2_002, 3_001),
      sendsWindows(2_000, [1, 2, 3], 'unreachable'),
      renderedEach(3_000, 3_002, 4_001),
      sendsWindows(3_000, [1, 2, 3, 4], 'unreachable'),
      renderedEach(4_000, 4_002, 5_001),
      sendsWindows(4_000, [2, 3, 4, 5], 'unreachable'),
      sends(64_000, [
        report(2, 0, 1_000, rowEach(1_001, 2_000)),
        report(3, 1_000, 2_000, rowEach(2_001, 3_000)),
        report(4, 2_000, 3_000, rowEach(3_001, 4_000)),
        report(5, 3_000, 4_000, rowEach(4_001, 5_000)),
        report(6, 4_000, 64_000, rowEach(5_001, 5_001)),
      ]),
    ],
  ),
  usageCase('one-request-at-a-time', 'While a request is under way what ends waits for its answer.', [
    renderedEach(0, 1, 1_001),
    sendsWindows(0, [1], 'never'),
    renderedEach(1_000, 1_002, 2_001),
    { at: 1_500, warning: 0 },
  ]),
  usageCase('close', 'On close everything is sent once more, also what was not accepted before.', [
    rendered(0),
    sendsWindows(MINUTE, [1], 'unreachable'),
    rendered(70_000),
    { at: 80_000, close: true },
    sends(80_000, [report(1, 0, MINUTE, row()), report(2, 70_000, 80_000, row())]),
    { at: 80_000, closed: true },
  ]),
  usageCase('close-does-not-wait', 'A close takes at most two seconds for it, and does not try again.', [
    rendered(0),
    { at: 1_000, close: true },
    sends(1_000, [report(1, 0, 1_000, row())], 'never'),
    { at: 2_999, closed: false },
    { at: 3_000, closed: true },
    { at: HOUR, warning: 0 },
  ]),
  usageCase('close-without-renders', 'A close with nothing to send sends nothing.', [
    { at: 1_000, close: true },
    { at: 1_000, closed: true },
  ]),
  usageCase(
    'without-a-service',
    'A service that has no name is sent as an empty one.',
    [rendered(0), sends(MINUTE, [{ ...report(1, 0, MINUTE, row()), service: { name: '', version: '' } }])],
    { service: { name: '', version: '' } },
  ),
  usageCase(
    'service-that-is-cut',
    'The name of a service is cut to 128 characters, its version to 64.',
    [
      rendered(0),
      sends(MINUTE, [
        { ...report(1, 0, MINUTE, row()), service: { name: 'n'.repeat(128), version: 'v'.repeat(64) } },
      ]),
    ],
    { service: { name: 'n'.repeat(129), version: 'v'.repeat(65) } },
  ),
];

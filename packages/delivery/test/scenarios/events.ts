/** What happens in px0, as an open stream tells it, and what is rendered from then on. */

import {
  A,
  B,
  begin,
  connect,
  digestOf,
  drop,
  fails,
  frames,
  goaway,
  gone,
  heartbeat,
  hello,
  isGone,
  live,
  mark,
  notBefore,
  opened,
  prompt,
  put,
  R,
  renders,
  resume,
  said,
  scenario,
  status,
  sync,
  version,
  whole,
} from './builders.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

const NO_LIVE = 'no live version found for this prompt';
const one = live('one', 1);
const two = live('two', 1);
const one2 = live('one', 2);
const tagged = prompt('one', {
  live: 1,
  tags: { beta: 2 },
  versions: [version(1, 'one 1'), version(2, 'draft', { status: 'draft' })],
});

/** One change of the only prompt. */
function changed(
  from: typeof one,
  to: typeof one,
  ...then: readonly ScenarioStep[]
): readonly ScenarioStep[] {
  return [
    ...opened({ [A]: [from] }),
    ...frames(1_000, put(A, 11, to), mark(A, 10, 11, to)),
    ...then,
    status(1_000, { repairs: 0 }),
  ];
}

function unauthorized(at: number): ScenarioStep {
  return fails(at, 'one', { class: 'UnauthorizedError', status: 401, message: 'unauthorized' });
}

export const eventScenarios: readonly Scenario[] = [
  scenario('version-promoted', 'A promotion is one put and one mark.', [
    changed(one, one2, renders(1_000, 'one', 'one 2', { version: 2 })),
    {
      at: 1_000,
      change: [
        {
          slug: 'one',
          kind: 'live',
          before: { live: 1, tags: {}, status: 'active' },
          after: { live: 2, tags: {}, status: 'active' },
        },
      ],
    },
  ]),
  scenario('version-rolled-back', 'A rollback is a promotion of an older version.', [
    changed(one2, one, renders(1_000, 'one', 'one 1', { version: 1 })),
    { at: 1_000, change: [{ slug: 'one', kind: 'live' }] },
  ]),
  scenario('live-version-demoted', 'Without a live version there is no render.', [
    changed(one, prompt('one', { live: null, versions: [] }), isGone(1_000, 'one', NO_LIVE)),
    { at: 1_000, change: [{ slug: 'one', kind: 'live', after: { live: null, tags: {}, status: 'active' } }] },
  ]),
  scenario('tag-set', 'A tag that is set gives its version.', [
    changed(one, tagged, renders(1_000, { slug: 'one', tag: 'beta' }, 'draft', { version: 2 })),
    { at: 1_000, change: [{ slug: 'one', kind: 'tags' }] },
  ]),
  scenario('tag-moved', 'A tag that has moved gives the other version.', [
    changed(
      tagged,
      prompt('one', { tags: { beta: 1 } }),
      renders(1_000, { slug: 'one', tag: 'beta' }, 'one 1', { version: 1 }),
    ),
    { at: 1_000, change: [{ slug: 'one', kind: 'tags' }] },
  ]),
  scenario('tag-removed', 'A tag that is removed names nothing.', [
    changed(tagged, one, isGone(1_000, { slug: 'one', tag: 'beta' }, 'version not found')),
    { at: 1_000, change: [{ slug: 'one', kind: 'tags' }] },
  ]),
  scenario('tagged-draft-edited', 'A draft with a tag is delivered again when it is edited.', [
    changed(
      tagged,
      prompt('one', {
        tags: { beta: 2 },
        versions: [version(1, 'one 1'), version(2, 'edited', { status: 'draft' })],
      }),
      renders(1_000, { slug: 'one', tag: 'beta' }, 'edited', { version: 2 }),
    ),
    { at: 1_000, change: [{ slug: 'one', kind: 'text', prompt_id: one.id, team_id: A }] },
  ]),
  scenario('prompt-created', 'A new prompt exists, and renders nothing before it has a live version.', [
    opened({ [A]: [one] }),
    frames(
      1_000,
      put(A, 11, prompt('two', { live: null, versions: [] })),
      mark(A, 10, 11, one, prompt('two', { live: null, versions: [] })),
    ),
    isGone(1_000, 'two', NO_LIVE),
    { at: 1_000, change: [{ slug: 'two', kind: 'added', before: null }] },
  ]),
  scenario('prompt-archived', 'An archived prompt renders.', [
    changed(one, prompt('one', { status: 'archived' }), renders(1_000, 'one', 'one 1')),
    {
      at: 1_000,
      change: [{ slug: 'one', kind: 'status', after: { live: 1, tags: {}, status: 'archived' } }],
    },
  ]),
  scenario(
    'prompt-archived-beside-another',
    'An archived prompt loses against an active one of the same slug.',
    [
      opened({
        [A]: [one],
        [B]: [
          prompt('one', { id: 'other', created_at: '2025-06-01T00:00:00Z', versions: [version(1, 'other')] }),
        ],
      }),
      renders(0, 'one', 'one 1', { team_id: A }),
      frames(
        1_000,
        put(A, 11, prompt('one', { status: 'archived' })),
        mark(A, 10, 11, prompt('one', { status: 'archived' })),
      ),
      renders(1_000, 'one', 'other', { team_id: B }),
      frames(2_000, put(A, 12, one), mark(A, 11, 12, one)),
      renders(2_000, 'one', 'one 1', { team_id: A }),
    ],
  ),
  scenario('prompt-deleted', 'A deleted prompt does not exist.', [
    opened({ [A]: [one, two] }),
    frames(1_000, gone(A, 11, one), mark(A, 10, 11, two)),
    isGone(1_000, 'one'),
    { at: 1_000, change: [{ slug: 'one', kind: 'removed', after: null, team_id: A }] },
  ]),
  scenario('prompt-moved-away', 'Who sees only the old team sees a deletion.', [
    opened({ [A]: [one, two] }),
    frames(1_000, gone(A, 11, one), mark(A, 10, 11, two)),
    isGone(1_000, 'one'),
  ]),
  scenario('prompt-moved-in', 'Who sees only the new team sees a new prompt.', [
    opened({ [B]: [two] }),
    frames(1_000, put(B, 11, one), mark(B, 10, 11, one, two)),
    renders(1_000, 'one', 'one 1', { team_id: B }),
    { at: 1_000, change: [{ slug: 'one', kind: 'added', team_id: B }] },
  ]),
  scenario('prompt-moved-between', 'Who sees both teams never misses the prompt.', [
    opened({ [A]: [one], [B]: [] }),
    frames(1_000, put(B, 11, { ...one, etag: '00000000000000bb' })),
    renders(1_000, 'one', 'one 1', { team_id: B }),
    frames(1_000, gone(A, 11, one), {
      type: 'mark',
      revision: R(11),
      teams: [
        { team_id: A, prev: R(10), revision: R(11), ...digestOf() },
        { team_id: B, prev: R(10), revision: R(11), digest: '00000000000000bb', count: 1 },
      ],
    }),
    renders(1_000, 'one', 'one 1', { team_id: B }),
    {
      at: 1_000,
      change: [
        { slug: 'one', kind: 'added', team_id: B },
        { slug: 'one', kind: 'removed', team_id: A },
      ],
    },
    status(1_000, { repairs: 0 }),
  ]),
  scenario('team-lost', 'A team that is deleted, or that the caller has left, is dropped.', [
    opened({ [A]: [one], [B]: [two] }),
    frames(1_000, drop(B)),
    isGone(1_000, 'two'),
    { at: 1_000, change: [{ slug: 'two', kind: 'removed', team_id: B }] },
  ]),
  scenario('team-gained', 'A new team comes as a transfer of its own; the others go on.', [
    opened({ [A]: [one] }),
    frames(1_000, begin(B), put(B, 9, two)),
    isGone(1_000, 'two'),
    renders(1_000, 'one', 'one 1'),
    frames(2_000, sync(11, { [A]: 10, [B]: 9 }, one, two)),
    renders(2_000, 'two', 'two 1', { team_id: B }),
    frames(3_000, put(A, 12, one2), mark(A, 10, 12, one2)),
    renders(3_000, 'one', 'one 2'),
    status(3_000, { repairs: 0, revision: R(12) }),
  ]),
  scenario('key-revoked', 'After end not one render, whatever is held; the key is tried again later.', [
    opened({ [A]: [one] }),
    { at: 1_000, frame: { type: 'end', status: 401, error: 'unauthorized' } },
    unauthorized(1_000),
    status(1_000, { state: 'refused', prompts: 0, revision: null }),
    connect(31_000, notBefore(10), said(401, 'unauthorized')),
    unauthorized(31_000),
    connect(91_000, notBefore(10)),
    frames(91_000, hello(), ...whole({ [A]: [one2] }, 12)),
    status(91_000, { state: 'ready', prompts: 1 }),
    renders(91_000, 'one', 'one 2'),
  ]),
  scenario('user-lost-verification', 'A 403 is a refusal, too.', [
    opened({ [A]: [one] }),
    { at: 1_000, frame: { type: 'end', status: 403, error: 'user is not verified' } },
    fails(1_000, 'one', { class: 'ForbiddenError', status: 403, message: 'user is not verified' }),
  ]),
  scenario(
    'px0-without-its-stream',
    'px0 says itself that it may be behind: what is held goes on, and says so.',
    [
      opened({ [A]: [one] }),
      frames(15_000, heartbeat(10, [one], true)),
      renders(15_000, 'one', 'one 1', { stale: true, source: 'stream' }),
      status(15_000, { state: 'stale', repairs: 0 }),
      frames(30_000, heartbeat(10, [one], true)),
      frames(45_000, heartbeat(10, [one], true)),
      frames(59_999, heartbeat(10, [one], true)),
      status(60_000, { state: 'offline' }),
      frames(61_000, heartbeat(12, [one], false)),
      renders(61_000, 'one', 'one 1', { stale: false }),
      status(61_000, { state: 'ready', revision: R(12) }),
    ],
  ),
  scenario('px0-behind-at-the-beginning', 'A stream of a px0 that may be behind is not ready.', [
    connect(0),
    frames(0, hello({ stale: true }), ...whole({ [A]: [one] })),
    status(0, { state: 'stale' }),
    renders(0, 'one', 'one 1', { stale: true }),
    frames(1_000, put(A, 11, one2), mark(A, 10, 11, one2)),
    status(1_000, { state: 'ready' }),
  ]),
  scenario('new-epoch', 'A sync with a revision of a new epoch is later than all before.', [
    opened({ [A]: [one] }),
    {
      at: 1_000,
      frame: { ...sync(1, {}, one), revision: R(1, 6), teams: [{ team_id: A, revision: R(1, 6) }] },
    },
    renders(1_000, 'one', 'one 1', { revision: R(1, 6), stale: false }),
    { at: 1_000, cut: 'break' },
    connect(1_500, { 'last-event-id': R(1, 6), ...notBefore(1, 6) }),
  ]),
  scenario('process-drains', 'A connection that goes away is replaced before it ends.', [
    opened({ [A]: [one] }),
    frames(1_000, goaway({ retry_ms: [0, 5_000], grace_ms: 10_000 })),
    renders(2_000, 'one', 'one 1', { stale: false }),
    connect(3_500, resume(10)),
    { at: 3_500, closed: false, on: 0 },
    { at: 3_600, frame: hello({ resumed: true }), on: 1 },
    { at: 3_700, frame: sync(10, { [A]: 10 }, one), on: 1 },
    { at: 3_700, closed: true, on: 0 },
    { at: 3_700, closed: false, on: 1 },
    { at: 3_800, frame: put(A, 11, one2), on: 1 },
    { at: 3_800, frame: mark(A, 10, 11, one2), on: 1 },
    renders(3_800, 'one', 'one 2', { stale: false }),
    status(3_800, { state: 'ready', repairs: 0 }),
  ]),
];

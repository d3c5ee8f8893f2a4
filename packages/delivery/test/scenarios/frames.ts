/** What a client makes of each frame. */
import {
  A,
  asksPx0,
  B,
  begin,
  connect,
  digestOf,
  drop,
  FAULT,
  foreign,
  frames,
  gone,
  heartbeat,
  hello,
  isGone,
  LATER_PX0,
  live,
  mark,
  notBefore,
  ONE_TRANSFER,
  opened,
  prompt,
  put,
  R,
  renders,
  resume,
  scenario,
  status,
  sync,
  whole,
} from './builders.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

const one = live('one', 1);
const two = live('two', 1);
const one2 = live('one', 2);
const one3 = live('one', 3);

/** A stream that did not add up is closed; half a second later everything is asked for, and once it is there, all is well. */
function repaired(at: number, floor: number, ...last: readonly ScenarioStep[]): readonly ScenarioStep[] {
  return [
    status(at, { repairs: 1, state: 'ready' }),
    { at, closed: true, on: 0 },
    { at, warning: 1 },
    connect(at + 500, notBefore(floor)),
    ...frames(at + 500, hello(), begin(A), put(A, 30, one3), sync(30, { [A]: 30 }, one3)),
    renders(at + 500, 'one', 'one 3', { source: 'stream', stale: false, revision: R(30) }),
    status(at + 500, { repairs: 1, prompts: 1, teams: 1 }),
    ...last,
  ];
}

export const frameScenarios: readonly Scenario[] = [
  scenario('hello-forgets-half-a-transfer', 'A transfer that broke off is forgotten at the next hello.', [
    opened({ [A]: [one] }),
    frames(1_000, begin(B), put(B, 11, two)),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10, 11)),
    frames(1_500, hello({ resumed: true }), sync(12, { [A]: 10 }, one)),
    status(1_500, { repairs: 0, teams: 1, prompts: 1 }),
    isGone(1_500, 'two'),
  ]),
  foreign(
    LATER_PX0,
    scenario('hello-of-another-protocol', 'A server that speaks another protocol counts as unreachable.', [
      connect(0),
      { at: 0, frame: { type: 'hello', protocol: 2, novelty: true } },
      { at: 0, closed: true, on: 0 },
      connect(500),
      frames(500, hello(), ...whole({ [A]: [one] })),
      renders(500, 'one', 'one 1'),
    ]),
  ),
  scenario('hello-sets-the-heartbeat', 'The time without a byte that a client bears follows from hello.', [
    connect(0),
    frames(0, hello({ heartbeat_ms: 1_000 }), ...whole({ [A]: [one] })),
    status(2_999, { state: 'ready' }),
    status(3_000, { state: 'stale' }),
    connect(3_500, resume(10)),
  ]),
  scenario('begin-stages-a-whole-team', 'While all of a team is on its way, the old state goes on serving.', [
    opened({ [A]: [one, two] }),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10)),
    frames(1_500, hello(), begin(A), put(A, 12, one2)),
    renders(1_500, 'one', 'one 1'),
    renders(1_500, 'two', 'two 1'),
    frames(2_000, sync(12, { [A]: 12 }, one2)),
    renders(2_000, 'one', 'one 2'),
    isGone(2_000, 'two'),
  ]),
  scenario('begin-with-a-base-applies-at-once', 'Changes since a base are applied as they come.', [
    opened({ [A]: [one, two] }),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10)),
    frames(1_500, hello({ resumed: true }), begin(A, R(10)), put(A, 12, one2)),
    renders(1_500, 'one', 'one 2'),
    frames(1_500, gone(A, 13, two), sync(13, { [A]: 13 }, one2)),
    isGone(1_500, 'two'),
    status(1_500, { repairs: 0 }),
  ]),
  scenario('begin-of-an-empty-team', 'A team without prompts is a team.', [
    connect(0),
    frames(0, hello(), begin(A), begin(B), put(B, 10, one), sync(10, { [A]: 1, [B]: 10 }, one)),
    status(0, { state: 'ready', teams: 2, prompts: 1, repairs: 0 }),
    frames(1_000, put(A, 11, two), mark(A, 1, 11, two)),
    renders(1_000, 'two', 'two 1', { team_id: A }),
  ]),
  foreign(
    ONE_TRANSFER,
    scenario(
      'begin-again-starts-anew',
      'A team that begins a second time within a transfer is staged from nothing.',
      [
        connect(0),
        frames(0, hello(), begin(A), put(A, 9, two), begin(A), put(A, 10, one), sync(10, { [A]: 10 }, one)),
        renders(0, 'one', 'one 1'),
        isGone(0, 'two'),
      ],
    ),
  ),
  scenario('nothing-before-sync', 'Changes alone never make a client ready: only sync does.', [
    connect(0),
    frames(0, hello(), begin(A), put(A, 10, one)),
    status(0, { state: 'initializing', prompts: 0 }),
    frames(1_000, sync(10, { [A]: 10 }, one)),
    status(1_000, { state: 'ready', prompts: 1, revision: R(10) }),
  ]),
  scenario('put-replaces', 'A prompt that is put again is what it is now.', [
    opened({ [A]: [one] }),
    frames(1_000, put(A, 11, one2), mark(A, 10, 11, one2)),
    renders(1_000, 'one', 'one 2', { version: 2, revision: R(11) }),
  ]),
  scenario(
    'put-moves-between-teams',
    'A prompt that is put into another team leaves the one that it was in.',
    [
      opened({ [A]: [one], [B]: [] }),
      frames(1_000, put(B, 11, one2)),
      status(1_000, { prompts: 1 }),
      renders(1_000, 'one', 'one 2', { team_id: B }),
      frames(1_000, gone(A, 11, one), {
        type: 'mark',
        revision: R(11),
        teams: [
          { team_id: B, prev: R(10), revision: R(11), ...digestOf(one2) },
          { team_id: A, prev: R(10), revision: R(11), ...digestOf() },
        ],
      }),
      renders(1_000, 'one', 'one 2', { team_id: B }),
      status(1_000, { repairs: 0 }),
    ],
  ),
  foreign(
    ONE_TRANSFER,
    scenario('put-staged-moves-at-sync', 'A staged prompt leaves its old team only when it takes effect.', [
      opened({ [A]: [one], [B]: [] }),
      frames(1_000, begin(B), put(B, 11, one2)),
      renders(1_000, 'one', 'one 1', { team_id: A }),
      frames(1_000, begin(A, R(10)), gone(A, 11, one), sync(11, { [A]: 11, [B]: 11 }, one2)),
      renders(1_000, 'one', 'one 2', { team_id: B }),
      status(1_000, { repairs: 0, prompts: 1 }),
    ]),
  ),
  foreign(
    FAULT,
    scenario(
      'put-of-an-unknown-team',
      'A prompt of a team that is neither held nor begun asks for a repair.',
      [opened({ [A]: [one] }), frames(1_000, put(B, 11, two)), repaired(1_000, 11)],
    ),
  ),
  scenario('delete-removes', 'A deleted prompt does not exist any more.', [
    opened({ [A]: [one, two] }),
    frames(1_000, gone(A, 11, two), mark(A, 10, 11, one)),
    isGone(1_000, 'two'),
    renders(1_000, 'one', 'one 1'),
  ]),
  foreign(
    'px0 tells both halves of a move in one batch.',
    scenario(
      'delete-from-another-team',
      'A prompt that has moved on is not deleted by what its old team says.',
      [
        opened({ [A]: [one], [B]: [] }),
        frames(1_000, put(B, 11, one2), mark(B, 10, 11, one2)),
        frames(2_000, gone(A, 11, one), mark(A, 10, 11)),
        renders(2_000, 'one', 'one 2', { team_id: B }),
        status(2_000, { repairs: 0 }),
      ],
    ),
  ),
  foreign(
    FAULT,
    scenario('delete-of-what-is-not-there', 'Deleting what nobody has changes nothing.', [
      opened({ [A]: [one] }),
      frames(1_000, gone(A, 11, two), gone(B, 11, two), mark(A, 10, 11, one)),
      renders(1_000, 'one', 'one 1'),
      status(1_000, { repairs: 0, teams: 1 }),
    ]),
  ),
  foreign(
    ONE_TRANSFER,
    scenario(
      'delete-within-a-staged-team',
      'What is deleted while its team is staged is deleted from there.',
      [
        opened({ [A]: [one, two] }),
        frames(1_000, begin(A), put(A, 11, one2), put(A, 11, two), gone(A, 12, two)),
        renders(1_000, 'two', 'two 1'),
        frames(1_000, sync(12, { [A]: 12 }, one2)),
        isGone(1_000, 'two'),
      ],
    ),
  ),
  scenario('drop-removes-a-team', 'A team that is dropped is gone at once, with all its prompts.', [
    opened({ [A]: [one], [B]: [two] }),
    frames(1_000, drop(B)),
    asksPx0(1_000, { slug: 'two', team_id: B }),
    isGone(1_000, 'two'),
    frames(2_000, heartbeat(11, [one])),
    status(2_000, { teams: 1, prompts: 1, repairs: 0 }),
  ]),
  foreign(
    ONE_TRANSFER,
    scenario('drop-within-a-transfer', 'A team that is dropped while it is on its way does not arrive.', [
      opened({ [A]: [one] }),
      frames(1_000, begin(B), put(B, 11, two), drop(B), sync(12, { [A]: 10 }, one)),
      isGone(1_000, 'two'),
      status(1_000, { repairs: 0, teams: 1 }),
    ]),
  ),
  foreign(
    FAULT,
    scenario('mark-must-follow', 'A mark that does not follow the one that is held asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, mark(A, 11, 12, one)),
      repaired(1_000, 12),
    ]),
  ),
  foreign(
    FAULT,
    scenario('mark-of-an-unknown-team', 'A mark of a team that is not held asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, mark(B, 10, 12, two)),
      repaired(1_000, 12),
    ]),
  ),
  foreign(
    FAULT,
    scenario('mark-with-another-digest', 'A mark whose digest differs asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, mark(A, 10, 12, one2)),
      repaired(1_000, 12),
    ]),
  ),
  foreign(
    FAULT,
    scenario('mark-with-another-count', 'A mark whose count differs asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, {
        type: 'mark',
        revision: R(12),
        teams: [{ team_id: A, prev: R(10), revision: R(12), ...digestOf(one), count: 2 }],
      }),
      repaired(1_000, 12),
    ]),
  ),
  foreign(
    ONE_TRANSFER,
    scenario(
      'mark-skips-teams-in-a-transfer',
      'A mark says nothing of a team in a transfer, and is no place to resume from.',
      [
        opened({ [A]: [one] }),
        frames(1_000, begin(A, R(10)), put(A, 12, one2), mark(A, 11, 12, one2)),
        status(1_000, { repairs: 0, revision: R(10) }),
        { at: 1_000, cut: 'break' },
        connect(1_500, resume(10, 12)),
      ],
    ),
  ),
  scenario('mark-moves-the-place-to-resume-from', 'A client resumes from its latest mark.', [
    opened({ [A]: [one] }),
    frames(1_000, put(A, 11, one2), mark(A, 10, 11, one2)),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(11)),
  ]),
  scenario(
    'put-without-a-mark-raises-the-floor',
    'What was seen is the floor, also where nothing has closed it.',
    [
      opened({ [A]: [one] }),
      frames(1_000, put(A, 11, one2)),
      { at: 1_000, cut: 'break' },
      connect(1_500, resume(10, 11)),
      frames(1_500, hello({ resumed: true }), begin(A, R(10)), put(A, 11, one2), sync(11, { [A]: 11 }, one2)),
      status(1_500, { repairs: 0, revision: R(11) }),
    ],
  ),
  scenario('sync-removes-what-it-does-not-list', 'A team that sync does not list is not seen any more.', [
    opened({ [A]: [one], [B]: [two] }),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10)),
    frames(1_500, hello({ resumed: true }), sync(11, { [A]: 10 }, one)),
    isGone(1_500, 'two'),
    status(1_500, { teams: 1 }),
  ]),
  foreign(
    FAULT,
    scenario(
      'sync-lists-a-team-that-is-missing',
      'A listed team that is neither held nor begun asks for a repair.',
      [opened({ [A]: [one] }), frames(1_000, sync(11, { [A]: 10, [B]: 11 }, one)), repaired(1_000, 11)],
    ),
  ),
  foreign(
    FAULT,
    scenario('sync-with-another-digest', 'A sync whose digest differs asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, begin(A, R(10)), sync(11, { [A]: 11 }, one2)),
      repaired(1_000, 11),
    ]),
  ),
  foreign(
    FAULT,
    scenario(
      'sync-with-another-digest-at-first',
      'A client that had nothing is not ready by a sync that does not add up.',
      [
        connect(0),
        frames(0, hello(), begin(A), put(A, 10, one), sync(10, { [A]: 10 }, one2)),
        status(0, { state: 'initializing', repairs: 1 }),
        connect(500, notBefore(10)),
        frames(500, hello(), ...whole({ [A]: [one] })),
        status(500, { state: 'ready', repairs: 1 }),
      ],
    ),
  ),
  scenario('sync-without-a-transfer', 'A resumed stream to which nothing has happened is one sync.', [
    opened({ [A]: [one] }),
    { at: 1_000, cut: 'end' },
    connect(1_500, resume(10)),
    frames(1_500, hello({ resumed: true }), sync(14, { [A]: 10 }, one)),
    status(1_500, { state: 'ready', revision: R(14), repairs: 0 }),
  ]),
  scenario('sync-makes-the-next-marks-follow', 'A team has the revision that sync says.', [
    opened({ [A]: [one] }),
    { at: 1_000, cut: 'break' },
    connect(1_500, resume(10)),
    frames(1_500, hello({ resumed: true }), sync(15, { [A]: 12 }, one)),
    frames(2_000, put(A, 16, one2), mark(A, 12, 16, one2)),
    renders(2_000, 'one', 'one 2'),
    status(2_000, { repairs: 0 }),
  ]),
  foreign(
    FAULT,
    scenario(
      'heartbeat-with-another-digest',
      'A heartbeat whose digest differs asks for a repair: one lost change is found.',
      [opened({ [A]: [one] }), frames(1_000, heartbeat(11, [one2])), repaired(1_000, 11)],
    ),
  ),
  foreign(
    FAULT,
    scenario('heartbeat-with-another-count', 'A heartbeat whose count differs asks for a repair.', [
      opened({ [A]: [one] }),
      frames(1_000, { ...heartbeat(11, [one]), count: 0 }),
      repaired(1_000, 11),
    ]),
  ),
  foreign(
    ONE_TRANSFER,
    scenario('heartbeat-within-a-transfer', 'A heartbeat says nothing while a transfer is under way.', [
      opened({ [A]: [one] }),
      frames(1_000, begin(A, R(10)), heartbeat(11, [one2])),
      status(1_000, { repairs: 0, revision: R(10) }),
      frames(1_000, put(A, 12, one2), sync(12, { [A]: 12 }, one2)),
      status(1_000, { repairs: 0, revision: R(12) }),
    ]),
  ),
  scenario('heartbeat-moves-the-place-to-resume-from', 'A client resumes from its latest heartbeat.', [
    opened({ [A]: [one] }),
    frames(15_000, heartbeat(12, [one])),
    status(15_000, { revision: R(12) }),
    { at: 15_000, cut: 'break' },
    connect(16_000, resume(12)),
  ]),
  foreign(
    FAULT,
    scenario(
      'repairs-are-warned-of-once-a-minute',
      'Each repair is counted; a warning comes once a minute at most.',
      [
        opened({ [A]: [one] }),
        frames(1_000, heartbeat(11, [])),
        { at: 1_000, warning: 1 },
        connect(1_500, notBefore(11)),
        frames(1_500, hello(), ...whole({ [A]: [one] }, 11), heartbeat(11, [])),
        { at: 1_500, warning: 0 },
        status(1_500, { repairs: 2 }),
        connect(2_500, notBefore(11)),
        frames(2_500, hello(), ...whole({ [A]: [one] }, 11)),
        frames(12_500, heartbeat(12, [one])),
        frames(27_500, heartbeat(12, [one])),
        frames(42_500, heartbeat(12, [one])),
        frames(57_500, heartbeat(12, [one])),
        frames(61_000, heartbeat(12, [])),
        { at: 61_000, warning: 1 },
        status(61_000, { repairs: 3 }),
        connect(62_000, notBefore(12)),
      ],
    ),
  ),
  foreign(
    FAULT,
    scenario('floor-survives-a-repair', 'What was seen stays the floor when everything is asked for anew.', [
      opened({ [A]: [one] }),
      frames(1_000, put(A, 20, one2), mark(A, 10, 20, one3)),
      repaired(1_000, 20),
    ]),
  ),
  foreign(
    LATER_PX0,
    scenario(
      'unknown-types-are-skipped',
      'A frame of a type that the client does not know changes nothing.',
      [
        opened({ [A]: [one] }),
        { at: 1_000, frame: { type: 'experiment', team_id: A, revision: 'x' } },
        frames(1_000, put(A, 11, one2)),
        { at: 1_000, frame: { type: 'constructor' } },
        frames(1_000, mark(A, 10, 11, one2)),
        renders(1_000, 'one', 'one 2'),
        status(1_000, { repairs: 0 }),
      ],
    ),
  ),
  foreign(
    LATER_PX0,
    scenario(
      'unknown-keys-are-no-obstacle',
      'Keys that the client does not know are not applied, in any frame.',
      [
        connect(0),
        { at: 0, frame: { ...hello(), region: 'eu' } },
        { at: 0, frame: { ...begin(A), size: 3 } },
        { at: 0, frame: { ...put(A, 10, prompt('one', { weight: { a: [1] } })), by: 'x' } },
        { at: 0, frame: { ...sync(10, { [A]: 10 }, prompt('one', { weight: { a: [1] } })), plan: 'free' } },
        { at: 0, frame: { ...heartbeat(10, [prompt('one', { weight: { a: [1] } })]), load: 0.5 } },
        renders(0, 'one', 'one 1'),
      ],
    ),
  ),
];

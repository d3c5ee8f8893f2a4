/** What a render is made of, step by step. */
import {
  A,
  asksPx0,
  B,
  connect,
  FAULT,
  fails,
  foreign,
  frames,
  hello,
  isGone,
  LATER_PX0,
  live,
  mark,
  opened,
  prompt,
  put,
  R,
  renders,
  resume,
  STREAM,
  scenario,
  status,
  sync,
  version,
  whole,
} from './builders.ts';
import type { Scenario } from './scenario.ts';

const one = live('one', 1);
const one2 = live('one', 2);

const many = prompt('many', {
  live: 3,
  tags: { beta: 2, prod: 3, 'v1.2': 1 },
  versions: [
    version(1, 'first', { status: 'archived' }),
    version(2, 'second', { status: 'draft' }),
    version(3, 'third'),
  ],
});

const draft = version(2, 'draft', { status: 'draft' });

/** With a tag on another version than the live one. */
function tagged(second: typeof draft) {
  return prompt('one', { tags: { beta: 2 }, versions: [version(1, 'one 1'), second] });
}

/** Of a slug that several prompts have. */
function twin(id: string, created_at: string, status = 'active') {
  return prompt('twin', { id, created_at, status, versions: [version(1, id)] });
}

function twins(
  id: string,
  about: string,
  inA: ReturnType<typeof twin>,
  inB: ReturnType<typeof twin>,
  text: string,
): Scenario {
  return scenario(id, about, [
    opened({ [A]: [inA], [B]: [inB] }),
    renders(0, 'twin', text),
    renders(0, { slug: 'twin', team_id: A }, inA.id, { team_id: A, prompt_id: inA.id }),
    renders(0, { slug: 'twin', team_id: B }, inB.id, { team_id: B, prompt_id: inB.id }),
  ]);
}

export const renderScenarios: readonly Scenario[] = [
  scenario('live', 'Without a reference the live version is meant.', [
    opened({ [A]: [many] }),
    renders(0, 'many', 'third', {
      version: 3,
      source: 'stream',
      stale: false,
      revision: R(10),
      age_ms: 0,
      team_id: A,
    }),
  ]),
  scenario('by-number', 'A number names a version that is delivered.', [
    opened({ [A]: [many] }),
    renders(0, { slug: 'many', version: 1 }, 'first', { version: 1 }),
    renders(0, { slug: 'many', version: 2 }, 'second', { version: 2 }),
    asksPx0(0, { slug: 'many', version: 4 }),
  ]),
  scenario('by-tag', 'A tag names the version that it stands on; one that does not exist is not asked for.', [
    opened({ [A]: [many] }),
    renders(0, { slug: 'many', tag: 'beta' }, 'second', { version: 2 }),
    renders(0, { slug: 'many', tag: 'v1.2' }, 'first', { version: 1 }),
    isGone(0, { slug: 'many', tag: 'nope' }, 'version not found'),
    isGone(0, { slug: 'many', tag: 'constructor' }, 'version not found'),
  ]),
  scenario('no-such-prompt', 'What is not delivered does not exist, and nobody is asked.', [
    opened({ [A]: [one] }),
    isGone(0, 'two'),
    isGone(0, { slug: 'two', team_id: A }),
    isGone(0, { slug: 'two', tag: 'prod' }),
    isGone(0, { slug: 'two', version: 1 }),
    isGone(0, 'One'),
  ]),
  scenario('team-outside-of-the-audience', 'Of a team that is not delivered px0 must say what it is.', [
    opened({ [A]: [one] }),
    asksPx0(0, { slug: 'one', team_id: B }),
  ]),
  scenario(
    'slug-outside-of-the-audience',
    'A slug that was not asked for is asked of px0.',
    [
      connect(0, {}, STREAM, '/v1/delivery/stream?slugs=one'),
      frames(0, hello(), ...whole({ [A]: [one] })),
      renders(0, 'one', 'one 1'),
      asksPx0(0, 'two'),
    ],
    { options: { slugs: ['one'] } },
  ),
  scenario(
    'slug-within-the-audience',
    'A slug that was asked for and is not delivered does not exist.',
    [
      connect(0, {}, STREAM, '/v1/delivery/stream?slugs=one,two'),
      frames(0, hello(), ...whole({ [A]: [one] })),
      isGone(0, 'two'),
    ],
    { options: { slugs: ['one', 'two'] } },
  ),
  scenario(
    'team-of-the-client',
    'A client of one team knows of no other.',
    [
      connect(0, {}, STREAM, `/v1/delivery/stream?team_id=${A}`),
      frames(0, hello(), ...whole({ [A]: [one] })),
      renders(0, { slug: 'one', team_id: A }, 'one 1'),
      isGone(0, { slug: 'two', team_id: A }),
      asksPx0(0, { slug: 'two', team_id: B }),
      // A call that names no team means the client's.
      renders(0, 'one', 'one 1'),
      isGone(0, 'two'),
    ],
    { options: { team_id: A } },
  ),
  scenario(
    'team-in-capitals',
    'Ids are written small by px0, and by an application as it likes.',
    [
      connect(0, {}, STREAM, `/v1/delivery/stream?team_id=${A}`),
      frames(0, hello(), ...whole({ [A]: [one] })),
      renders(0, 'one', 'one 1', { team_id: A }),
      renders(0, { slug: 'one', team_id: A }, 'one 1'),
      isGone(0, 'two'),
      isGone(0, { slug: 'two', team_id: A }),
      asksPx0(0, { slug: 'one', team_id: B.toUpperCase() }),
    ],
    { options: { team_id: A.toUpperCase() } },
  ),
  scenario('not-found-while-not-ready', 'Only a client that is ready says that something does not exist.', [
    opened({ [A]: [one] }),
    isGone(44_999, 'two'),
    { at: 45_000, closed: true, on: 0 },
    asksPx0(45_000, 'two'),
    asksPx0(45_000, { slug: 'one', tag: 'nope' }),
    renders(45_000, 'one', 'one 1', { stale: true }),
    connect(46_000, resume(10)),
  ]),
  twins(
    'older-first',
    'Of two prompts with one slug the earlier is meant.',
    twin('b', '2025-02-01T00:00:00Z'),
    twin('a', '2025-03-01T00:00:00Z'),
    'b',
  ),
  twins(
    'active-first',
    'An active prompt comes before an archived one.',
    twin('a', '2025-01-01T00:00:00Z', 'archived'),
    twin('b', '2025-03-01T00:00:00Z'),
    'b',
  ),
  twins(
    'lowest-id-first',
    'At the same time the lower id is meant.',
    twin('b', '2025-01-01T00:00:00Z'),
    twin('a', '2025-01-01T00:00:00Z'),
    'a',
  ),
  twins(
    'fractions-of-a-second',
    'Fractions of a second are compared as numbers.',
    twin('a', '2025-01-01T00:00:00.12Z'),
    twin('b', '2025-01-01T00:00:00.1Z'),
    'b',
  ),
  twins(
    'no-fraction-is-earlier',
    'A full second comes before its fractions.',
    twin('a', '2025-01-01T00:00:00.001Z'),
    twin('b', '2025-01-01T00:00:00Z'),
    'b',
  ),
  scenario('the-first-of-a-slug-leaves', 'When the prompt that is meant is deleted, the next one is.', [
    opened({ [A]: [twin('a', '2025-01-01T00:00:00Z')], [B]: [twin('b', '2025-02-01T00:00:00Z')] }),
    renders(0, 'twin', 'a'),
    frames(1_000, { type: 'delete', team_id: A, revision: R(11), prompt_id: 'a' }, mark(A, 10, 11)),
    renders(1_000, 'twin', 'b'),
  ]),
  scenario('the-first-of-a-slug-has-no-live-version', 'The prompt is chosen first, then its version.', [
    opened({
      [A]: [prompt('twin', { id: 'a', live: null, versions: [] })],
      [B]: [twin('b', '2025-02-01T00:00:00Z')],
    }),
    isGone(0, 'twin', 'no live version found for this prompt'),
  ]),
  scenario('variables', 'The template is run here.', [
    opened({ [A]: [prompt('hi', { versions: [version(1, 'Hi {{.name}}{{range .items}}, {{.}}{{end}}')] })] }),
    renders(0, { slug: 'hi', variables: { name: 'Ada', items: ['a', 'b'] } }, 'Hi Ada, a, b'),
  ]),
  scenario(
    'variables-that-do-not-fit',
    'A template that fails with these variables fails as it does in px0.',
    [
      opened({ [A]: [prompt('hi', { versions: [version(1, 'Hi {{.name}}')] })] }),
      fails(0, 'hi', {
        class: 'InvalidRequestError',
        status: 422,
        message:
          'template execution failed: template: prompt:1:5: executing "prompt" at <.name>: map has no entry for key "name"',
      }),
    ],
  ),
  scenario('pending', 'What is not there yet is asked of px0, until it comes.', [
    opened({ [A]: [tagged(version(2, null, { status: 'draft', missing: 'pending' }))] }),
    renders(0, 'one', 'one 1'),
    asksPx0(0, { slug: 'one', tag: 'beta' }),
    frames(500, put(A, 11, tagged(draft)), mark(A, 10, 11, tagged(draft))),
    renders(500, { slug: 'one', tag: 'beta' }, 'draft'),
    { at: 500, change: [] },
  ]),
  foreign(
    'px0 says so of more than 4 MiB, which no scenario holds.',
    scenario('too-large', 'What is too large to be delivered is asked of px0.', [
      opened({ [A]: [tagged(version(2, null, { status: 'draft', missing: 'too_large' }))] }),
      renders(0, 'one', 'one 1'),
      asksPx0(0, { slug: 'one', tag: 'beta' }),
    ]),
  ),
  foreign(
    LATER_PX0,
    scenario('later-language', 'A template of a later language level is asked of px0.', [
      opened({
        [A]: [
          prompt('one', {
            tags: { old: 1 },
            live: 2,
            versions: [version(1, 'old'), version(2, 'new', { language: 2 })],
          }),
        ],
      }),
      asksPx0(0, 'one'),
      renders(0, { slug: 'one', tag: 'old' }, 'old'),
    ]),
  ),
  foreign(
    FAULT,
    scenario('live-version-that-is-not-delivered', 'A live version without its content is asked of px0.', [
      opened({ [A]: [prompt('one', { live: 5 })] }),
      asksPx0(0, 'one'),
    ]),
  ),
  scenario('first-render-waits', 'The first renders wait for the first state.', [
    connect(0),
    { at: 0, render: { slug: 'one' }, takes: 300, result: { text: 'one 1', stale: false } },
    { at: 100, render: { slug: 'one' }, takes: 200, result: { text: 'one 1' } },
    frames(300, hello(), ...whole({ [A]: [one] })),
    renders(400, 'one', 'one 1'),
  ]),
  scenario(
    'first-render-waits-not-for-ever',
    'After the time for it px0 is asked, and later renders do not wait.',
    [
      connect(0, {}, 'never'),
      { at: 0, render: { slug: 'one' }, takes: 2_000, remote: true },
      { at: 1_500, render: { slug: 'one' }, takes: 500, remote: true },
      asksPx0(2_500, 'one'),
      status(2_500, { state: 'offline' }),
    ],
  ),
  scenario(
    'first-render-waits-as-long-as-it-is-told',
    'The time for the first state is an option.',
    [
      connect(0, {}, 'never'),
      { at: 0, render: { slug: 'one' }, takes: 500, remote: true },
      asksPx0(600, 'one'),
    ],
    { options: { init_timeout_ms: 500 } },
  ),
  scenario(
    'own-write-is-there',
    'A render after a write of its own is from what is held, if that is as late.',
    [
      opened({ [A]: [one] }),
      renders(0, { slug: 'one', noted: R(10) }, 'one 1'),
      renders(0, { slug: 'one', noted: R(3) }, 'one 1'),
    ],
  ),
  scenario('own-write-comes', 'A render after a write of its own waits a moment for it.', [
    opened({ [A]: [one] }),
    { at: 1_000, render: { slug: 'one', noted: R(11) }, takes: 20, result: { text: 'one 2', version: 2 } },
    frames(1_020, put(A, 11, one2), mark(A, 10, 11, one2)),
    status(1_100, { repairs: 0 }),
  ]),
  scenario('own-write-does-not-come', 'After 50 ms px0 is asked.', [
    opened({ [A]: [one] }),
    { at: 1_000, render: { slug: 'one', noted: R(11) }, takes: 50, remote: true },
    status(1_100, { state: 'ready' }),
  ]),
  scenario(
    'outage-goes-on-rendering',
    'What is held goes on for as long as px0 is away, and says how old it is.',
    [
      opened({ [A]: [one] }),
      { at: 10_000, cut: 'break' },
      connect(11_000, resume(10), 'never'),
      renders(12_000, 'one', 'one 1', { stale: false, age_ms: 12_000, source: 'stream' }),
      connect(21_500, resume(10), 'never'),
      connect(32_500, resume(10), 'never'),
      connect(44_500, resume(10), 'never'),
      renders(45_000, 'one', 'one 1', { stale: true, age_ms: 45_000 }),
      status(45_000, { state: 'stale' }),
      asksPx0(45_000, 'two'),
      connect(58_500, resume(10)),
      frames(58_500, hello({ resumed: true }), sync(10, { [A]: 10 }, one)),
      renders(58_500, 'one', 'one 1', { stale: false, age_ms: 0 }),
    ],
  ),
];

/** What an earlier process has kept. */
import {
  A,
  asksPx0,
  B,
  begin,
  connect,
  fails,
  foreign,
  frames,
  hello,
  isGone,
  LATER_PX0,
  live,
  mark,
  notBefore,
  opened,
  prompt,
  put,
  R,
  renders,
  resume,
  STREAM,
  said,
  scenario,
  status,
  sync,
  whole,
} from './builders.ts';
import type { Scenario } from './scenario.ts';

const one = live('one', 1);
const one2 = live('one', 2);
const two = live('two', 1);

/** An hour before the scenario begins. */
const SAVED_AT = '2025-12-31T23:00:00.000Z';
const HOUR_MS = 3_600_000;

function header(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    type: 'state',
    version: 2,
    host: 'https://px0.example.com',
    saved_at: SAVED_AT,
    revision: R(10),
    slugs: null,
    ...changes,
  };
}

const state = [header(), ...whole({ [A]: [one] })];

/** A file that is not used: one warning, and as if there were none. */
function unused(id: string, about: string, state_file: readonly (object | string)[]): Scenario {
  return scenario(
    id,
    about,
    [{ at: 0, warning: 1 }, connect(0), status(0, { state: 'initializing', prompts: 0 })],
    {
      files: { state_file },
    },
  );
}

export const fileScenarios: readonly Scenario[] = [
  scenario(
    'start-with-everything-down',
    'A process starts from its file, with px0 away.',
    [
      connect(0, resume(10), 'unreachable'),
      renders(0, 'one', 'one 1', {
        source: 'snapshot',
        stale: true,
        age_ms: HOUR_MS,
        version: 1,
        revision: R(10),
        team_id: A,
      }),
      status(0, { state: 'offline', prompts: 1, teams: 1 }),
      asksPx0(0, 'two'),
      connect(500, resume(10), 'unreachable'),
      renders(1_000, 'one', 'one 1', { source: 'snapshot', age_ms: HOUR_MS + 1_000 }),
    ],
    { files: { state_file: state } },
  ),
  scenario(
    'start-and-resume',
    'px0 sends what changed since the file was written.',
    [
      connect(0, resume(10)),
      frames(0, hello({ resumed: true }), begin(A, R(10)), put(A, 12, one2), sync(12, { [A]: 12 }, one2)),
      renders(0, 'one', 'one 2', { source: 'stream', stale: false }),
      { at: 0, change: [{ slug: 'one', kind: 'live' }] },
      status(0, { repairs: 0, state: 'ready' }),
    ],
    { files: { state_file: state } },
  ),
  scenario(
    'start-without-a-change',
    'What px0 confirms is as good as what it sends.',
    [
      connect(0, resume(10)),
      frames(0, hello({ resumed: true }), sync(12, { [A]: 10 }, one)),
      renders(0, 'one', 'one 1', { source: 'stream', stale: false, age_ms: 0 }),
    ],
    { files: { state_file: state } },
  ),
  scenario(
    'start-from-another-epoch',
    'px0 may send everything instead.',
    [
      connect(0, resume(10)),
      frames(0, hello(), begin(A)),
      renders(0, 'one', 'one 1', { source: 'snapshot' }),
      frames(0, put(A, 12, one2), sync(12, { [A]: 12 }, one2)),
      renders(0, 'one', 'one 2', { source: 'stream' }),
    ],
    { files: { state_file: state } },
  ),
  scenario(
    'start-and-refused',
    'A file does not outlive the key.',
    [
      connect(0, resume(10), said(401, 'unauthorized')),
      fails(0, 'one', { class: 'UnauthorizedError', status: 401 }),
      { at: 0, file: [{ type: 'state', revision: null }] },
    ],
    { files: { state_file: state } },
  ),
  scenario(
    'file-of-other-slugs',
    'A file of other slugs is used, but is no place to resume from.',
    [
      connect(0, notBefore(10), STREAM, '/v1/delivery/stream?slugs=one,two'),
      renders(0, 'one', 'one 1', { source: 'snapshot' }),
      frames(0, hello(), ...whole({ [A]: [one, two] }, 12)),
      renders(0, 'two', 'two 1'),
    ],
    { files: { state_file: state }, options: { slugs: ['one', 'two'] } },
  ),
  unused('file-of-another-host', 'A file of another host is not used.', [
    header({ host: 'https://other.example.com' }),
    ...state.slice(1),
  ]),
  unused('file-with-another-digest', 'A file that does not add up is not used.', [
    header(),
    begin(A),
    put(A, 10, one2),
    sync(10, { [A]: 10 }, one),
  ]),
  unused('file-cut-short', 'A file without its end is not used.', state.slice(0, -1)),
  unused('file-of-a-later-version', 'A file of a later version is not used.', [
    header({ version: 3 }),
    ...state.slice(1),
  ]),
  unused('file-of-another-kind', 'Another file is not used.', ['# Readme', '']),
  unused('file-with-a-broken-line', 'A file with half a line is not used.', [
    header(),
    begin(A),
    '{"type":"put"',
    sync(10, { [A]: 10 }),
  ]),
  unused('empty-file', 'An empty file is not used.', []),
  scenario(
    'file-with-unknown-lines',
    'Lines of unknown types are skipped.',
    [connect(0, resume(10)), renders(0, 'one', 'one 1', { source: 'snapshot' }), { at: 0, warning: 0 }],
    {
      files: {
        state_file: [
          header({ novelty: 1 }),
          { type: 'novelty' },
          ...state.slice(1),
          { type: 'kept', slug: 'x' },
        ],
      },
    },
  ),
  scenario(
    'mode-file',
    'In file mode px0 is never asked.',
    [
      renders(0, 'one', 'one 1', { source: 'snapshot', stale: true, age_ms: HOUR_MS }),
      status(0, { state: 'offline' }),
      status(1_000_000, { state: 'offline' }),
    ],
    { files: { state_file: state }, options: { mode: 'file' } },
  ),
  scenario('file-is-written', 'A file holds the frames that give the same state.', [
    opened({ [A]: [one], [B]: [] }),
    frames(1_000, put(A, 12, one2), mark(A, 10, 12, one2)),
    {
      at: 1_000,
      file: [
        {
          type: 'state',
          version: 2,
          host: 'https://px0.example.com',
          saved_at: '2026-01-01T00:00:01.000Z',
          revision: R(12),
          slugs: null,
        },
        { type: 'begin', team_id: A, base: null },
        { type: 'put', team_id: A, revision: R(12), prompt: one2 },
        { type: 'begin', team_id: B, base: null },
        { ...sync(12, { [A]: 12, [B]: 10 }, one2) },
      ],
    },
  ]),
  foreign(
    LATER_PX0,
    scenario('file-keeps-unknown-keys', 'What only a later px0 knows of a prompt is kept.', [
      opened({ [A]: [prompt('one', { rollout: { percent: 5 } })] }),
      {
        at: 0,
        file: [
          { type: 'state' },
          { type: 'begin' },
          { type: 'put', prompt: prompt('one', { rollout: { percent: 5 } }) },
          { type: 'sync' },
        ],
      },
      isGone(0, 'two'),
    ]),
  ),
];

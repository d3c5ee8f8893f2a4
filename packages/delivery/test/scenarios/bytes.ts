/** How bytes become frames, wherever they are cut. */
import { asEvent, asLine, type Frame, MAX_LINE_BYTES } from '../../src/mod.ts';
import {
  A,
  begin,
  connect,
  FAULT,
  foreign,
  hello,
  live,
  mark,
  NOT_ITS_FORM,
  notBefore,
  opened,
  prompt,
  put,
  R,
  renders,
  resume,
  SNAPSHOT,
  scenario,
  status,
  version,
  whole,
} from './builders.ts';
import type { Piece, Scenario, ScenarioStep } from './scenario.ts';

const one = live('one', 1);
const one2 = live('one', 2);
const wide = prompt('one', { versions: [version(1, 'ä€𝄞 {{"\\u00e4"}}')] });
const SNAPSHOT_PATH = '/v1/delivery/snapshot';

function eventsOf(...all: readonly Frame[]): string {
  return all.map(asEvent).join('');
}

/** The same text in pieces of so many bytes. */
function inPieces(text: string, size: number): readonly Piece[] {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return pieces.map((piece) => ({ base64: piece.toString('base64') }));
}

function cut(id: string, about: string, bytes: readonly Piece[], text = 'ä€𝄞 ä'): Scenario {
  return scenario(id, about, [
    connect(0),
    { at: 0, bytes },
    renders(0, 'one', text),
    status(0, { repairs: 0 }),
  ]);
}

/** What cannot be a frame breaks the connection. */
function broken(id: string, about: string, ...bytes: readonly Piece[]): Scenario {
  const steps = [
    opened({ [A]: [one] }),
    { at: 10_000, bytes },
    { at: 10_000, closed: true, on: 0 },
    renders(10_000, 'one', 'one 1', { stale: false }),
    connect(11_000, resume(10)),
  ];
  return foreign(FAULT, scenario(id, about, steps));
}

const text = eventsOf(hello(), ...whole({ [A]: [wide] }));
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const drop = (length: number): readonly Piece[] => {
  const [start, end] = ['{"type":"novelty","text":"', '"}'];
  return [start, { repeat: 'x', times: length - start.length - end.length }, end];
};

/** A snapshot that holds these lines before its own. */
function lines(id: string, about: string, bytes: readonly Piece[], then: readonly ScenarioStep[]): Scenario {
  return scenario(id, about, [connect(0, {}, SNAPSHOT, SNAPSHOT_PATH), { at: 0, bytes }, then], {
    options: { mode: 'poll' },
  });
}

const snapshot = whole({ [A]: [wide] })
  .map(asLine)
  .join('');

export const byteScenarios: readonly Scenario[] = [
  ...[1, 2, 3, 7, 64, 1_000].map((size) =>
    cut(`pieces-of-${size}`, 'Bytes may be cut anywhere, also within a character.', inPieces(text, size)),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('carriage-returns', 'Lines may end in two characters.', [text.replaceAll('\n', '\r\n')]),
  ),
  foreign(
    NOT_ITS_FORM,
    cut(
      'carriage-returns-in-pieces',
      'Also where they are cut between the two.',
      inPieces(text.replaceAll('\n', '\r\n'), 1),
    ),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('comments-and-other-fields', 'Comments and fields that px0 does not use are skipped.', [
      `: hi\n\nretry: 3\nfoo\nfoo: bar\n\n${text.replaceAll('event:', ': about\nevent:')}`,
    ]),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('no-space-after-the-colon', 'The space after a colon may be missing.', [
      text.replaceAll('data: ', 'data:'),
    ]),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('several-data-lines', 'The data of an event may be several lines.', [
      text.replaceAll('data: {', 'data: {\ndata: '),
    ]),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('type-in-the-data', 'What a frame is stands in its data; the name of the event is for others.', [
      text.replaceAll(/event: .*\n/g, ''),
    ]),
  ),
  foreign(
    NOT_ITS_FORM,
    cut('events-without-data', 'An event without data is none.', [`event: put\n\nid: 7\n\n${text}`]),
  ),
  cut(
    'many-frames-in-one-piece',
    'A piece may hold many frames.',
    [text, eventsOf(put(A, 11, one), put(A, 12, one2), mark(A, 10, 12, one2))],
    'one 2',
  ),
  foreign(
    NOT_ITS_FORM,
    scenario(
      'id-is-for-others',
      'A client resumes from the revision in a frame, not from the id of its event.',
      [
        connect(0),
        { at: 0, bytes: [text, `event: put\nid: ${R(99)}\n${data(put(A, 11, one))}`] },
        { at: 0, cut: 'break' },
        connect(500, resume(10, 11)),
      ],
    ),
  ),
  scenario('an-event-that-does-not-end', 'What has not ended when the connection breaks was not said.', [
    opened({ [A]: [one] }),
    { at: 1_000, bytes: [`event: drop\ndata: {"type":"drop","team_id":"${A}"}\n`] },
    { at: 1_000, cut: 'end' },
    renders(1_000, 'one', 'one 1'),
    connect(1_500, resume(10)),
  ]),
  broken('not-json', 'A line that is not JSON breaks the connection.', 'data: {"type":"drop"\n\n'),
  broken('not-an-object', 'A line that is no object breaks the connection.', 'data: [1]\n\n'),
  broken('no-type', 'A line without a type breaks the connection.', data({ team_id: A })),
  broken(
    'frame-of-another-form',
    'A known frame in another form breaks the connection.',
    data({ ...put(A, 11, one), team_id: 5 }),
  ),
  broken(
    'no-revision',
    'A revision that px0 cannot have issued breaks the connection.',
    data({ ...put(A, 11, one), revision: '17' }),
  ),
  broken(
    'no-etag',
    'A prompt without a fingerprint breaks the connection.',
    data({ ...put(A, 11, one), prompt: { ...one, etag: 'x' } }),
  ),
  broken(
    'not-utf-8',
    'Bytes that are not UTF-8 break the connection.',
    'data: {"type":"drop","team_id":"',
    { base64: '/w==' },
    '"}\n\n',
  ),
  broken('nothing-of-px0', 'Garbage breaks the connection.', 'data: <html>\n\n'),
  foreign(
    NOT_ITS_FORM,
    cut('longest-line', 'A frame of 8 MiB is read.', [text, 'data: ', ...drop(MAX_LINE_BYTES), '\n\n']),
  ),
  broken('longer-line', 'A longer one breaks the connection.', 'data: ', ...drop(MAX_LINE_BYTES + 1), '\n\n'),
  broken('endless-line', 'So does one that does not end.', 'data: "', {
    repeat: 'x',
    times: MAX_LINE_BYTES + 10,
  }),
  broken('endless-event', 'And an event of many lines.', {
    repeat: `data: ${'x'.repeat(1_000)}\n`,
    times: 9_000,
  }),
  lines('lines-in-pieces', 'The lines of a snapshot may be cut anywhere.', inPieces(snapshot, 3), [
    { at: 0, cut: 'end' },
    renders(0, 'one', 'ä€𝄞 ä', { source: 'poll' }),
  ]),
  foreign(
    NOT_ITS_FORM,
    lines(
      'lines-with-carriage-returns',
      'The lines of a snapshot may end in two characters.',
      inPieces(snapshot.replaceAll('\n', '\r\n'), 1),
      [{ at: 0, cut: 'end' }, renders(0, 'one', 'ä€𝄞 ä', { source: 'poll' })],
    ),
  ),
  foreign(
    NOT_ITS_FORM,
    lines(
      'lines-of-unknown-types',
      'Lines of unknown types are skipped, 8 MiB long or not.',
      [...drop(MAX_LINE_BYTES), '\n', snapshot],
      [{ at: 0, cut: 'end' }, renders(0, 'one', 'ä€𝄞 ä')],
    ),
  ),
  foreign(
    NOT_ITS_FORM,
    lines(
      'line-too-long',
      'A line of more than 8 MiB is no line of px0.',
      [...drop(MAX_LINE_BYTES + 1), '\n', snapshot],
      [status(0, { state: 'initializing' }), connect(500, {}, SNAPSHOT, SNAPSHOT_PATH)],
    ),
  ),
  lines(
    'snapshot-cut-short',
    'A snapshot without its sync is none.',
    [asLine(begin(A)), asLine(put(A, 10, one))],
    [
      { at: 0, cut: 'end' },
      status(0, { state: 'initializing', prompts: 0 }),
      connect(500, notBefore(10), SNAPSHOT, SNAPSHOT_PATH),
    ],
  ),
];

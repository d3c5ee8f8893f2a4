import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventReader, type StreamEvent } from './event-reader.ts';
import { type Frame, MAX_LINE_BYTES } from './frame.ts';
import { LineReader } from './lines.ts';
import { readFrame } from './read-frame.ts';
import { asEvent, asLine } from './write-frame.ts';

const revision = btoa('1:1790000000000:42');
const frames: readonly Frame[] = [
  { type: 'begin', team_id: 'a', base: null },
  { type: 'delete', team_id: 'a', revision, prompt_id: 'ä €𝄞' },
  { type: 'heartbeat', revision, digest: '00000000000000ff', count: 1, stale: false },
];

/** The bytes in pieces that end after each of `cuts`. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function eventsOf(text: string, cuts: readonly number[] = []): readonly StreamEvent[] {
  const reader = new EventReader();
  return pieces(bytesOf(text), cuts).flatMap((piece) => [...reader.read(piece)]);
}

function linesOf(bytes: Uint8Array, cuts: readonly number[] = [], most?: number): readonly string[] {
  const reader = new LineReader(most);
  return pieces(bytes, cuts).flatMap((piece) => [...reader.read(piece)]);
}

describe('a stream', () => {
  const text = frames.map(asEvent).join('');

  it.each(['\n', '\r\n'])(
    'gives the same events wherever its bytes are cut, with lines that end in %j',
    (end) => {
      const body = `: hello${end}${end}retry: 5${end}${text.replaceAll('\n', end)}`;
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
          expect(eventsOf(body, cuts).map(({ data }) => readFrame(data))).toEqual(frames);
        }),
      );
    },
  );

  it('has an id only where something is complete', () => {
    expect(eventsOf(text).map(({ event, id }) => [event, id])).toEqual([
      ['begin', undefined],
      ['delete', undefined],
      ['heartbeat', revision],
    ]);
  });

  it('joins the lines of one event, and gives none of an event that has not ended or has no data', () => {
    expect(eventsOf('data: a\ndata:b\ndata\n\nevent: x\n\ndata: c\n')).toEqual([
      { event: 'message', data: 'a\nb\n', id: undefined },
    ]);
  });

  it('takes a frame of 8 MiB, and none that is longer', () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES);
    expect(eventsOf(`data: ${longest}\r\n\r\n`)[0]?.data.length).toBe(MAX_LINE_BYTES);
    expect(() => eventsOf(`data: ${longest}x\n\n`)).toThrow('a line is too long');
    expect(() => eventsOf(`data: ${longest.slice(1)}\ndata: xx\n\n`)).toThrow('an event is too long');
    expect(() => eventsOf('data:\n'.repeat(2_000))).toThrow('an event is too long');
  });
});

describe('lines', () => {
  it('are the same wherever the bytes are cut', () => {
    const body = bytesOf(frames.map(asLine).join(''));
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(linesOf(body, cuts).map(readFrame)).toEqual(frames);
      }),
    );
  });

  it('hold no more than their bound of a line that does not end', () => {
    expect(linesOf(bytesOf('1234\r\n1234\n'), [2, 5], 4)).toEqual(['1234', '1234']);
    expect(() => linesOf(bytesOf('12345\n'), [3], 4)).toThrow('a line is too long');
    expect(() => linesOf(bytesOf('123456'), [3], 4)).toThrow('a line is too long');
  });

  it('hold a line that comes byte by byte as its bytes, not as its pieces', () => {
    const count = 1_000_000;
    const reader = new LineReader();
    const piece = bytesOf('x');
    const before = process.memoryUsage();
    for (let number = 0; number < count; number += 1) Array.from(reader.read(piece));
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    // An object for each piece takes some 300 bytes; what is collected late takes a few MiB.
    expect(grown).toBeLessThan(100 * count);
    expect([...reader.read(bytesOf('\n'))].map(({ length }) => length)).toEqual([count]);
  });

  it('keep what a piece held when its owner uses it again', () => {
    const reader = new LineReader();
    const piece = bytesOf('ab');
    expect([...reader.read(piece)]).toEqual([]);
    expect(reader.isWithinLine).toBe(true);
    piece.set(bytesOf('c\n'));
    expect([...reader.read(piece)]).toEqual(['abc']);
    expect(reader.isWithinLine).toBe(false);
  });

  it('are UTF-8 or an error', () => {
    expect(() => linesOf(Uint8Array.of(0x22, 0xff, 0x0a))).toThrow('a line is not UTF-8');
  });
});

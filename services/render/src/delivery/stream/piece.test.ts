import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { GZIP_HEADER, MAX_SYNC_BYTES, Piece, PieceWriter, storedPiece } from './piece.ts';

const gzip = { isGzip: true, isChunked: false };

it.each(['', 'é', 'x'.repeat(65_535), 'x'.repeat(65_536), 'é'.repeat(60_000)])(
  'a stored piece stands in gzip between compressed ones (%#)',
  (text) => {
    const pieces = [new Piece('before'), storedPiece(text), storedPiece('short'), new Piece('after')];
    const bytes = Buffer.concat([GZIP_HEADER, ...pieces.map((piece) => piece.bytes(gzip))]);
    // A stream of gzip has no end.
    expect(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).toBe(
      `before${text}shortafter`,
    );
    expect(storedPiece(text).bytes({ isGzip: false, isChunked: false }).toString()).toBe(text);
  },
);

const TEXT = `event: put\ndata: ${'é'.repeat(20_000)}\n\n`;
const forms = [true, false].flatMap((isGzip) =>
  [true, false].map((isChunked) => ({ isGzip, isChunked }) as const),
);

function textOf(bytes: Buffer, { isGzip, isChunked }: (typeof forms)[number]): string {
  const body = isChunked ? bytes.subarray(bytes.indexOf('\r\n') + 2, -2) : bytes;
  return String(isGzip ? inflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH }) : body);
}

it('is the same in every form, also when only its compressed form is kept', () => {
  const piece = new Piece(TEXT);
  for (const round of ['new', 'packed']) {
    for (const form of forms) expect([round, textOf(piece.bytes(form), form)]).toEqual([round, TEXT]);
    piece.pack();
  }
});

it('that is packed holds no more than its bound counts, whoever is sent it', () => {
  const piece = new Piece(TEXT);
  const size = piece.pack();
  for (const form of forms) piece.bytes(form);
  expect(piece.held).toBe(size);
  expect(size).toBeLessThan(TEXT.length / 20);
});

it.each([1, 1_000, MAX_SYNC_BYTES, 3 * MAX_SYNC_BYTES])(
  'a writer makes pieces of what was written to it, whatever it held before (%i)',
  async (length) => {
    const writer = new PieceWriter();
    writer.write('forgotten');
    writer.clear();
    for (const character of ['é', 'x']) {
      const [text, end] = [character.repeat(length), 'the end'];
      writer.write(text);
      writer.write(end);
      expect(writer.length).toBe(Buffer.byteLength(text + end));
      const piece = writer.take();
      expect(writer.length).toBe(0);
      expect(piece.isLarge).toBe(Buffer.byteLength(text + end) > MAX_SYNC_BYTES);
      await piece.prepare();
      for (const form of forms) expect(textOf(piece.bytes(form), form)).toBe(text + end);
    }
  },
);

it('short pieces share the memory that zlib writes to', () => {
  const blocks = Array.from(
    { length: 256 },
    (_none, number) => new Piece(`event: heartbeat ${number}\n\n`).blocks,
  );
  const memory = new Set(blocks.map(({ buffer }) => buffer));
  const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(held).toBeLessThan(2 * 1024 * 1024);
});

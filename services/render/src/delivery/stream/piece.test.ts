import { constants, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { GZIP_HEADER, Piece, storedPiece } from './piece.ts';

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

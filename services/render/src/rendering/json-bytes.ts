/** What was rendered as UTF-8, between what stands before and behind it in an answer. Worker threads load this module, too. */
import type { Rendered } from './rendered-json.ts';

const encoder = new TextEncoder();

/** Piece by piece. Some are shared: nobody may write into them, or transfer them. */
export function jsonBytes(head: string, rendered: Rendered, tail: string): Uint8Array[] {
  if (typeof rendered === 'string') return [Buffer.from(`${head}${rendered}${tail}`)];
  const pieces = rendered.pieces(head, tail);
  return pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
}

/** In a buffer of its own. */
export function ownJsonBytes(head: string, rendered: Rendered, tail: string): Uint8Array {
  if (typeof rendered === 'string') return encoder.encode(`${head}${rendered}${tail}`);
  const pieces = jsonBytes(head, rendered, tail);
  const bytes = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

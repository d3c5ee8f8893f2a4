import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  BoundedText,
  ByteLimit,
  forEachPiece,
  PIECE_UNITS,
  TextOverflow,
  UnitLimit,
} from './bounded-text.ts';

const piece = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '\udcff'), maxLength: 12 });

it('a text grows to exactly so many bytes', () => {
  fc.assert(
    fc.property(fc.array(piece), fc.nat(200), (pieces, most) => {
      const text = new BoundedText(new ByteLimit(most));
      const size = (given: string): number =>
        [...given].reduce((sum, one) => sum + (one === '\udcff' ? 1 : Buffer.byteLength(one)), 0);
      let written = '';
      for (const one of pieces) {
        if (size(written + one) > most) {
          expect(() => text.add(one)).toThrow(TextOverflow);
          return;
        }
        text.add(one);
        written += one;
        expect(text.text).toBe(written);
      }
      const rest = new BoundedText(text.rest());
      rest.add('x'.repeat(most - size(written)));
      expect(() => rest.add('x')).toThrow(TextOverflow);
    }),
  );
});

it('a text grows to exactly so many units', () => {
  const text = new BoundedText(new UnitLimit(3));
  text.add('é😀');
  expect(() => text.add('x')).toThrow(TextOverflow);
});

it('pieces are the whole text and cut no character', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.array(piece), (before, pieces) => {
      const text = `${'x'.repeat(before)}${'😀'.repeat(PIECE_UNITS)}${pieces.join('')}`;
      const seen: string[] = [];
      forEachPiece(text, (one) => seen.push(one));
      expect(seen.join('')).toBe(text);
      expect(seen.every((one) => !/[\ud800-\udbff]$/.test(one) && one.length <= PIECE_UNITS + 1)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

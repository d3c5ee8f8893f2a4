import { ApiError } from '@px0/service-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

test('a cursor comes back as what it was made from', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }), (id) => {
      expect(decodeCursor(encodeCursor(id))).toBe(id);
    }),
  );
});

test('any other text is an invalid cursor', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(encodeCursor(decodeCursor(text))).toBe(text);
      } catch (error) {
        expect(error).toEqual(new ApiError('invalidCursor'));
      }
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteAt, byteLength, byteSlice, canonical, compareStrings, fromBytes, toBytes } from './go-string.ts';

/** Any bytes, many of them parts of characters, in texts on both sides of the length from which native code is called. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom([0x61], [0xc3, 0xa9], [0xe6, 0x97, 0xa5], [0xf0, 0x9f, 0x98, 0x80], [0xee, 0x80, 0x80]),
      fc.constantFrom([0xff], [0xc3], [0xe6, 0x97], [0xf0, 0x9f, 0x98], [0x80], [0xed, 0xa0, 0x80]),
    ),
    { maxLength: 20 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

it('texts and bytes turn into one another', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const text = fromBytes(given);
      expect(toBytes(text)).toEqual(given);
      expect(byteLength(text)).toBe(given.length);
      expect(canonical(text)).toBe(text);
      expect(text.toWellFormed()).toBe(canonical(text).toWellFormed());
    }),
  );
});

it('what is valid reads as a decoder of UTF-8 reads it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0x10ffff)), (codePoints) => {
      const text = String.fromCodePoint(...codePoints).toWellFormed();
      expect(fromBytes(new TextEncoder().encode(text))).toBe(text);
    }),
  );
});

it('a slice and a byte are those of the bytes, and canonical', () => {
  fc.assert(
    fc.property(bytes, fc.nat(80), fc.nat(80), (given, a, b) => {
      const text = fromBytes(given);
      const [start, end] = [Math.min(a, b, given.length), Math.min(Math.max(a, b), given.length)];
      const slice = byteSlice(text, start, end, given.length);
      expect(slice).toBe(fromBytes(given.subarray(start, end)));
      if (start < given.length) expect(byteAt(text, start, given.length)).toBe(given[start]);
    }),
  );
});

it('texts are in the order of their bytes', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (before, a, b) => {
      const [left, right] = [a, b].map((rest) => fromBytes(Uint8Array.from([...before, ...rest])));
      const order = Buffer.compare(toBytes(left ?? ''), toBytes(right ?? ''));
      expect(Math.sign(compareStrings(left ?? '', right ?? ''))).toBe(order);
    }),
    { numRuns: 2000 },
  );
});

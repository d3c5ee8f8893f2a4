import { ApiError } from '@px0/service-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMark, encodeNumber, parseLimit, parseMark, parseNumber } from './cursor.ts';

/** Any code points; fast-check's own arbitrary for that takes a second to build. */
const anyText = fc.string({ unit: fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point)) });
const id = '00000000-0000-4000-8000-000000000000';

describe('a cursor', () => {
  it('leads back to its mark, whatever the text', () => {
    fc.assert(
      fc.property(anyText, fc.uuid(), (value, uuid) => {
        fc.pre(!value.includes('\0') && value.isWellFormed());
        const mark = { value, id: uuid };
        expect(parseMark(encodeMark('name', mark), 'name', 'text')).toEqual(mark);
      }),
    );
  });

  it('is refused when it is anything else', () => {
    const garbage = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        expect(() => parseMark(text, 'created_at', 'time')).toThrow(ApiError);
      }),
    );
    expect(() => parseMark(encodeMark('name', { value: 'x', id }), '-name', 'text')).toThrow(ApiError);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    'infinity',
    'now',
  ])('does not take %s for a time, which the database would refuse', (value) => {
    expect(() => parseMark(encodeMark('o', { value, id }), 'o', 'time')).toThrow(ApiError);
  });

  it('of a number takes what fits 64 bits', () => {
    expect(parseNumber(encodeNumber(12))).toBe('12');
    expect(parseNumber(encodeNumber('9'.repeat(18)))).toBe('9'.repeat(18));
    for (const text of ['x', encodeNumber('9'.repeat(19)), encodeNumber(-1), encodeNumber(1.5)]) {
      expect(() => parseNumber(text)).toThrow(ApiError);
    }
  });

  it('of a number is refused unless it was made from one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        try {
          expect(encodeNumber(parseNumber(text) ?? '')).toBe(text);
        } catch (error) {
          expect(error).toEqual(new ApiError('invalidCursor'));
        }
      }),
    );
  });
});

it('a page has at most 1,000 rows and at least one', () => {
  expect(parseLimit('999999')).toBe(1_000);
  expect(parseLimit('')).toBeUndefined();
  for (const text of ['0', '-1', '1.5', 'x', '9999999']) expect(() => parseLimit(text)).toThrow(ApiError);
});

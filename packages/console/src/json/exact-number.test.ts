import { describe, expect, it } from 'vitest';
import { ExactNumber, readJson } from './exact-number.ts';

describe('JSON that is read and written again', () => {
  it.each([
    '{"id":9007199254740993,"of":[-12345678901234567890,0.1000000000000000055511151231257827]}',
    '{"a":1,"b":[true,null,"x"],"c":{"d":2.5}}',
    '1e400',
  ])('is the same text: %s', (text) => {
    expect(JSON.stringify(readJson(text))).toBe(text);
  });

  it('has ordinary numbers wherever a float holds them', () => {
    expect(readJson('[1, 1.50, 9007199254740992, 1e3]')).toEqual([1, 1.5, 2 ** 53, 1000]);
  });

  it('tells what a render makes of a number that a float does not hold', () => {
    const number = readJson('9007199254740993');
    expect(number).toBeInstanceOf(ExactNumber);
    expect(number instanceof ExactNumber && number.float).toBe(9007199254740992);
  });
});

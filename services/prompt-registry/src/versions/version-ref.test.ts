import { describe, expect, it } from 'vitest';
import { parseVersionNumber, parseVersionRef } from './version-ref.ts';

describe('a version reference', () => {
  it.each([
    ['1', 1],
    ['007', 7],
    ['+3', 3],
    ['0', 0],
    ['-1', 0],
    ['2147483647', 2_147_483_647],
    ['2147483648', 0],
    ['9223372036854775807', 0],
    ['-9223372036854775808', 0],
    ['0000000000000000000000000000005', 5],
  ])('%s is a number', (text, number) => {
    expect(parseVersionRef(text)).toEqual({ kind: 'number', number });
  });

  it.each(['prod', '1.0', '9223372036854775808', '-9223372036854775809', '+', '1a', '', ' 1', '1e3', '٣'])(
    '%j is a tag',
    (text) => {
      expect(parseVersionRef(text)).toEqual({ kind: 'tag', tag: text });
    },
  );
});

describe('a version number of a diff', () => {
  it.each([
    ['1', 1],
    ['+2', 2],
    ['010', 10],
    ['2147483648', 0],
    ['0', undefined],
    ['-1', undefined],
    ['1.0', undefined],
    ['prod', undefined],
    ['9223372036854775808', undefined],
  ])('%s reads as %s', (text, number) => {
    expect(parseVersionNumber(text)).toBe(number);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVersionRef } from './version-ref.ts';

describe('a version reference', () => {
  it.each([
    ['7', 7],
    ['007', 7],
    ['+3', 3],
    ['-1', -1],
    ['0', 0],
  ])('reads %s as the number %d', (text, number) => {
    expect(parseVersionRef(text)).toEqual({ kind: 'number', number });
  });

  it.each(['prod', 'v1.2', '1.0', '1e3', '-', '+', '--1', ' 1', ''])('reads %j as a tag', (text) => {
    expect(parseVersionRef(text)).toEqual({ kind: 'tag', tag: text });
  });

  it('reads digits beyond a signed 64-bit integer as a tag', () => {
    expect(parseVersionRef('9223372036854775807').kind).toBe('number');
    expect(parseVersionRef('9223372036854775808').kind).toBe('tag');
    expect(parseVersionRef('-9223372036854775808').kind).toBe('number');
    expect(parseVersionRef('-9223372036854775809').kind).toBe('tag');
    expect(parseVersionRef('+00000000000000000000000000000000000007').kind).toBe('number');
  });

  it('accepts any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseVersionRef(text).kind.length > 0));
  });
});

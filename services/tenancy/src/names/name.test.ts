import { ApiError } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { nameKey, requireName } from './name.ts';

describe('a name', () => {
  it('is kept as written', () => {
    expect(requireName('  Söme Näme ')).toBe('  Söme Näme ');
  });

  it.each([undefined, '', ' ', '\t\n\u00a0\u3000'])('is required: %j counts as missing', (name) => {
    expect(() => requireName(name)).toThrow(new ApiError('nameRequired'));
  });

  it('has at most 255 characters, counted as code points', () => {
    expect(requireName('😀'.repeat(255))).toHaveLength(510);
    expect(() => requireName('😀'.repeat(256))).toThrow(new ApiError('nameTooLong'));
    expect(() => requireName('a'.repeat(256))).toThrow(new ApiError('nameTooLong'));
  });

  it.each([
    ['Default Org', 'dEFAULT oRG'],
    ['ÄÖÜ', 'äöü'],
    ['ΟΔΟΣ', 'οδος'],
    ['straße', 'STRASSE'],
    ['ǰ ﬁ ᾳ', 'J̌ FI ΑΙ'],
  ])('%s is the same as %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it('has the key that it had before keys were pinned to Unicode 15', () => {
    for (const name of ['Ünïcode', 'Straße', 'ΟΔΟΣ ΣΑΣ', 'İstanbul', 'Ⅷ', 'ŉ', '日本語', 'ĳ Ǆ ǆ'])
      expect(nameKey(name)).toBe(name.toUpperCase().toLowerCase());
  });

  it.each([
    ['\u1c89', '\u1c8a'],
    ['\ua7dc', '\u019b'],
    ['\ua7cb', '\u0264'],
    ['\u{10d50}', '\u{10d70}'],
    ['\u{16ea0}', '\u{16ebb}'],
  ])('%s is not the same as %s, which only a later Unicode pairs', (one, other) => {
    expect(nameKey(one)).toBe(one);
    expect(nameKey(other)).toBe(other);
  });

  it('differs by anything but letter case', () => {
    expect(nameKey('acme')).not.toBe(nameKey('acme '));
  });
});

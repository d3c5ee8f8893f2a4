import { ApiError } from '@px0/service-kit';
import { describe, expect, test } from 'vitest';
import { nameKey, requireName } from './name.ts';

describe('a name', () => {
  test('is kept as written', () => {
    expect(requireName('  Söme Näme ')).toBe('  Söme Näme ');
  });

  test.each([undefined, '', ' ', '\t\n\u00a0\u3000'])('is required: %j counts as missing', (name) => {
    expect(() => requireName(name)).toThrow(new ApiError('nameRequired'));
  });

  test('has at most 255 characters, counted as code points', () => {
    expect(requireName('😀'.repeat(255))).toHaveLength(510);
    expect(() => requireName('😀'.repeat(256))).toThrow(new ApiError('nameTooLong'));
    expect(() => requireName('a'.repeat(256))).toThrow(new ApiError('nameTooLong'));
  });

  test.each([
    ['Default Org', 'dEFAULT oRG'],
    ['ÄÖÜ', 'äöü'],
    ['ΟΔΟΣ', 'οδος'],
  ])('%s is the same as %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  test('differs by anything but letter case', () => {
    expect(nameKey('acme')).not.toBe(nameKey('acme '));
  });
});

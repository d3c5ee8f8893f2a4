import { ApiError } from '@px0/service-kit/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, movedFolder, parseFolderFilter, requireFolder } from './folder.ts';

const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.replaceAll('/', '').trim())
  .filter((text) => text !== '' && text !== '.' && text !== '..' && !/\p{Cc}/u.test(text));
const path = fc.array(segment, { minLength: 1, maxLength: 8 }).map((segments) => segments.join('/'));
const anything = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', ' ', '/', '.', '\t', '\u0085', '\u00a0', '\ud800', '𝔘') }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  path,
);

function accepted(text: string): boolean {
  try {
    requireFolder(text);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'invalidFolder') return false;
    throw error;
  }
}

/** The rules as the specification words them. */
function fits(text: string): boolean {
  if (text === '') return true;
  const segments = text.split('/');
  return (
    [...text].length <= 255 &&
    segments.length <= 8 &&
    segments.every((one) => /^(?!\.{1,2}$)(?!\s)[^\p{Cc}\p{Cs}]{1,64}(?<!\s)$/u.test(one))
  );
}

describe('a folder', () => {
  it('is taken as it is, or refused', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(accepted(text)).toBe(fits(text));
        if (accepted(text)) expect(requireFolder(text)).toBe(text);
      }),
    );
  });

  it.each([
    ['a', true],
    ['A b/ç/日本', true],
    ['...', true],
    ['a/.b', true],
    ['\u200b', true],
    [`${'𝔘'.repeat(64)}/${'𝔘'.repeat(64)}/${'𝔘'.repeat(64)}/${'𝔘'.repeat(60)}`, true],
    [`${'𝔘'.repeat(64)}/${'𝔘'.repeat(64)}/${'𝔘'.repeat(64)}/${'𝔘'.repeat(61)}`, false],
    ['a/b/c/d/e/f/g/h', true],
    ['a/b/c/d/e/f/g/h/i', false],
    ['a'.repeat(65), false],
    ['/', false],
    ['/a', false],
    ['a/', false],
    ['a//b', false],
    ['a/../b', false],
    ['.', false],
    [' a', false],
    ['a\u00a0/b', false],
    ['a\nb', false],
    ['a\u007fb', false],
    ['\ud800', false],
  ])('%j', (text, is) => {
    expect(accepted(text)).toBe(is);
  });

  it('filters itself, what is below it, and nothing else', () => {
    fc.assert(
      fc.property(path, (one) => {
        expect(parseFolderFilter(one)).toEqual({ path: one, below: false });
        expect(parseFolderFilter(`${one}/`)).toEqual({ path: one, below: true });
      }),
    );
    expect(parseFolderFilter('/')).toEqual({ path: '', below: false });
    expect(parseFolderFilter('')).toBeUndefined();
    expect(parseFolderFilter(undefined)).toBeUndefined();
    for (const bad of ['//', '/a', 'a//', ' '])
      expect(() => parseFolderFilter(bad)).toThrow('invalid folder');
  });
});

describe('a moved folder', () => {
  it('takes what is in it and below it along, and back again', () => {
    fc.assert(
      fc.property(path, path, fc.array(segment, { maxLength: 4 }), (from, to, below) => {
        const old = [from, ...below].join('/');
        const wanted = [to, ...below].join('/');
        expect(isWithin(old, from)).toBe(true);
        if (!accepted(old)) return;
        if (!accepted(wanted)) {
          expect(() => movedFolder(old, from, to)).toThrow('invalid folder');
          return;
        }
        expect(movedFolder(old, from, to)).toBe(wanted);
        expect(movedFolder(wanted, to, from)).toBe(old);
        expect(movedFolder(old, from, '')).toBe(below.join('/'));
      }),
    );
  });
});

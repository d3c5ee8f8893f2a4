import { expect, it } from 'vitest';
import { breakEntry, isConfirmed } from './contract-breaks.ts';

it('an entry keeps the words of the API, with its variable apart', () => {
  const parts = (text: string) => {
    const { what, path, rest } = breakEntry(text);
    expect(what + (path ?? '') + rest).toBe(text);
    return [what, path, rest];
  };
  expect(parts('added required mood')).toEqual(['added required ', 'mood', '']);
  expect(parts('narrowed items[].id from any to a string or null')).toEqual([
    'narrowed ',
    'items[].id',
    ' from any to a string or null',
  ]);
  expect(parts('narrowed ["x from a to b"] from any to an object')).toEqual([
    'narrowed ',
    '["x from a to b"]',
    ' from any to an object',
  ]);
  expect(parts('restricted tone')).toEqual(['restricted ', 'tone', '']);
  expect(parts('removed a.b')).toEqual(['removed ', 'a.b', '']);
  expect(parts('refuses unknown variables in variables')[1]).toBe('variables');
  expect(parts('became chat')).toEqual(['became chat', undefined, '']);
  expect(parts('unused mood')).toEqual(['unused ', 'mood', '']);
  // Of a later release: shown as it is.
  expect(parts('reversed mood')).toEqual(['reversed mood', undefined, '']);
  expect(breakEntry('reversed mood').meaning).toBeUndefined();
});

it('a confirmation holds for what was shown, of which a refusal tells twenty', () => {
  const many = Array.from({ length: 25 }, (_, at) => `added required v${at}`);
  expect(isConfirmed(many.slice(0, 20), many)).toBe(true);
  expect(isConfirmed(['added required a'], ['added required a'])).toBe(true);
  expect(isConfirmed(['added required a', 'removed b'], ['added required a'])).toBe(false);
  expect(isConfirmed(['added required a'], ['added required a', 'removed b'])).toBe(false);
});

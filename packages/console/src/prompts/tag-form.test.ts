import { expect, test } from 'vitest';
import { tagFault, tagWarning } from './tag-form.ts';

test.each([
  'production',
  '2026-03',
  'v2',
  '...',
  '_',
  '-',
  '1',
  '007',
  'a'.repeat(50),
  '__proto__',
  'constructor',
])('%s can be a tag', (tag) => expect(tagFault(tag)).toBeUndefined());

test.each(['', ' ', 'a b', 'é', 'a/b', 'a\n', '١', 'a'.repeat(51)])(
  '%j cannot be a tag, by its form',
  (tag) => {
    expect(tagFault(tag)).toBe('Letters, digits, dots, dashes and underscores; at most 50');
  },
);

test.each(['.', '..'])('%s cannot be a tag, because an address cannot hold it', (tag) => {
  expect(tagFault(tag)).toBe(`“${tag}” cannot be a tag, because no address can hold it`);
});

test.each(['1', '-5', '007', '0', '9223372036854775807', '-9223372036854775808', `${'0'.repeat(49)}1`])(
  'a tag %s is said to be read as a number',
  (tag) => expect(tagWarning(tag)).toMatch(/is read as the number of a version/),
);

test.each(['9223372036854775808', '-9223372036854775809', '1.0', '1e3', '-', 'v1', '--1', 'diff'])(
  'a tag %s is a tag everywhere',
  (tag) => expect(tagWarning(tag)).toBeUndefined(),
);

test('a tag “live” is said not to follow the live version', () => {
  expect(tagWarning('live')).toMatch(/does not follow the live version/);
});

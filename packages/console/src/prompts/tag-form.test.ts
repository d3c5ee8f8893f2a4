import { expect, it } from 'vitest';
import { tagFault, tagWarning } from './tag-form.ts';

it.each([
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

it.each(['', ' ', 'a b', 'é', 'a/b', 'a\n', '١', 'a'.repeat(51)])(
  '%j cannot be a tag, by its form',
  (tag) => {
    expect(tagFault(tag)).toBe('Use up to 50 letters, digits, dots, dashes or underscores');
  },
);

it.each(['.', '..'])('%s cannot be a tag, because a URL cannot contain it', (tag) => {
  expect(tagFault(tag)).toBe(`“${tag}” cannot be a tag, because a URL cannot contain it`);
});

it.each(['1', '-5', '007', '0', '9223372036854775807', '-9223372036854775808', `${'0'.repeat(49)}1`])(
  'warns that px0 reads the tag %s as a number',
  (tag) => expect(tagWarning(tag)).toMatch(/as a version number/),
);

it.each(['9223372036854775808', '-9223372036854775809', '1.0', '1e3', '-', 'v1', '--1', 'diff'])(
  'a tag %s is a tag everywhere',
  (tag) => expect(tagWarning(tag)).toBeUndefined(),
);

it('warns that a tag “live” does not follow the live version', () => {
  expect(tagWarning('live')).toMatch(/does not follow the live version/);
});

import { expect, it } from 'vitest';
import { inside } from './next.ts';

it('a login leads only to pages of this console', () => {
  for (const path of ['/', '/prompts?team=1#top', '/prompts/a/edit']) expect(inside(path), path).toBe(true);
  const elsewhere = [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'prompts',
    '',
  ];
  for (const path of elsewhere) expect(inside(path), path).toBe(false);
});

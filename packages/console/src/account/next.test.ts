import { expect, it } from 'vitest';
import { inside, isInvitation } from './next.ts';

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

it('an invitation is told by the page that accepts it', () => {
  for (const path of ['/invitation', '/invitation#inv_0a', '/invitation?a=b#inv_0a'])
    expect(isInvitation(path), path).toBe(true);
  for (const path of [undefined, '/prompts', '/invitations', '/prompts?next=/invitation']) {
    expect(isInvitation(path), path).toBe(false);
  }
});

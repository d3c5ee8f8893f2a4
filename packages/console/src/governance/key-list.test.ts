import { expect, it } from 'vitest';
import { expiryOf, isMatch } from './key-list.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

it('a key expires soon within two weeks', () => {
  const at = (expires_at: string | null) => expiryOf({ expires_at }, now);
  expect(at(null)).toBe('never');
  expect(at('2026-03-01T00:00:00Z')).toBe('later');
  expect(at('2026-01-14T23:59:59Z')).toBe('soon');
  expect(at('2026-01-01T00:00:00Z')).toBe('expired');
});

it('a key is found by a part of its name, by the beginning of its secret, and by the whole secret', () => {
  const key = { name: 'Checkout service', prefix: 'ak_0a1b2c3d', expires_at: null };
  for (const text of ['checkout', ' SERVICE ', 'ak_', 'ak_0a1b', `ak_0a1b2c3d${'e'.repeat(56)}`]) {
    expect(isMatch(key, text), text).toBe(true);
  }
  for (const text of ['billing', 'ak_1', `ak_0a1b2c3e${'e'.repeat(56)}`])
    expect(isMatch(key, text), text).toBe(false);
});

it('a key whose beginning nobody knows is found by its name', () => {
  const key = { name: 'old', expires_at: null };
  expect(isMatch(key, 'ol')).toBe(true);
  expect(isMatch(key, 'ak_0a1b')).toBe(false);
});

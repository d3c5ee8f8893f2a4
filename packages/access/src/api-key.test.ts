import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashApiKey, looksLikeApiKey, newApiKey } from './api-key.ts';

describe('an API key', () => {
  it('is ak_ and 64 lower-case hexadecimal digits, another one each time', () => {
    expect(newApiKey()).toMatch(/^ak_[0-9a-f]{64}$/);
    expect(newApiKey()).not.toBe(newApiKey());
    expect(looksLikeApiKey(newApiKey())).toBe(true);
  });

  it('is stored as the SHA-256 of its whole text', () => {
    expect(hashApiKey('ak_x')).toBe(createHash('sha256').update('ak_x').digest('hex'));
  });
});

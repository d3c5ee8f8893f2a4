import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Digest } from './digest.ts';
import { fingerprint } from './fingerprint.ts';

const prompt = {
  id: 'p1',
  slug: 'greeting',
  teamId: 't1',
  status: 'active',
  createdAt: '2026-01-01T00:00:00Z',
  live: 2,
  versions: [
    { number: 1, status: 'draft', bodyRevision: 8, isPending: true },
    { number: 2, status: 'live', bodyRevision: 9, isPending: false },
  ],
  tags: { prod: 2, beta: 1 },
};

it('a fingerprint is the beginning of the SHA-256 of what is delivered', () => {
  const text = 'p1\ngreeting\nt1\nactive\n2026-01-01T00:00:00Z\n2\n1:8:draft?\n2:9:live\nbeta=1\nprod=2\n';
  expect(fingerprint(prompt)).toBe(createHash('sha256').update(text).digest('hex').slice(0, 16));
});

it.each([
  { id: 'p2' },
  { slug: 'other' },
  { teamId: 't2' },
  { status: 'archived' },
  { createdAt: '2026-01-01T00:00:01Z' },
  { live: null },
  { versions: prompt.versions.slice(1) },
  { versions: prompt.versions.map((version) => ({ ...version, bodyRevision: 10 })) },
  { versions: prompt.versions.map((version) => ({ ...version, isPending: false })) },
  { versions: prompt.versions.map((version) => ({ ...version, status: 'archived' })) },
  { tags: { prod: 2 } },
  { contract: 'warn' },
  { contract: 'enforce' },
])('a fingerprint differs with %j', (change) => {
  expect(fingerprint({ ...prompt, ...change })).not.toBe(fingerprint(prompt));
});

it('a fingerprint differs with the schemas and the strictness of a contract', () => {
  const version = { number: 2, status: 'live', bodyRevision: 9, isPending: false };
  const of = (contract: string, schema?: object) =>
    fingerprint({ ...prompt, contract, versions: [{ ...version, schema }] });
  const all = [of('warn'), of('enforce'), of('warn', { type: 'object' }), of('warn', { required: ['a'] })];
  expect(new Set(all).size).toBe(4);
});

it('a fingerprint does not depend on the order of tags', () => {
  expect(fingerprint({ ...prompt, tags: { beta: 1, prod: 2 } })).toBe(fingerprint(prompt));
});

it('a digest is the exclusive or of the fingerprints that are in it', () => {
  const one = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const hex = (value: bigint) => value.toString(16).padStart(16, '0');
  fc.assert(
    fc.property(fc.array(one), fc.array(one), (stay, leave) => {
      const digest = new Digest();
      const other = new Digest();
      for (const value of leave) digest.add(hex(value));
      for (const value of stay) other.add(hex(value));
      digest.addAll(other);
      for (const value of leave) digest.remove(hex(value));
      expect(digest.text).toBe(hex(stay.reduce((all, value) => all ^ value, 0n)));
      expect(digest.agrees({ digest: digest.text, count: stay.length })).toBe(true);
      expect(digest.agrees({ digest: digest.text, count: stay.length + 1 })).toBe(false);
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { uuid, World } from '../test/world.ts';
import { KeyLimits } from './key-limits.ts';
import { limitsOf } from './principal.ts';

const tags = { prod: 7, 'eu-west': 8, dev: 9 };
const prompt = { id: uuid(1), live: 6, tags };

describe('limits of slugs', () => {
  it('see what matches one of the patterns, again and again', () => {
    const limits = new KeyLimits({ slugs: ['billing_*', 'greeting'] });
    for (let time = 0; time < 2; time += 1) {
      expect(['billing_', 'billing_reply', 'greeting'].map((slug) => limits.seesSlug(slug))).not.toContain(
        false,
      );
      expect(
        ['billing', 'Billing_reply', 'greeting2', ''].map((slug) => limits.seesSlug(slug)),
      ).not.toContain(true);
    }
    expect(limits.seesNumber(prompt, 3)).toBe(true);
    expect(limits.seenTags(tags)).toBe(tags);
  });
});

describe('limits of refs', () => {
  const limits = new KeyLimits({ refs: { live: true, tags: ['prod', 'eu-*'] } });

  it('see the versions to which those refs point, by whatever name', () => {
    expect([6, 7, 8].map((number) => limits.seesNumber(prompt, number))).not.toContain(false);
    expect([1, 9].map((number) => limits.seesNumber(prompt, number))).not.toContain(true);
    expect(limits.seesVersion({ isLive: false, tags: ['dev', 'prod'] })).toBe(true);
    expect(limits.seesVersion({ isLive: false, tags: ['dev'] })).toBe(false);
    expect(limits.seesVersion({ isLive: true, tags: [] })).toBe(true);
    expect(limits.seenTags(tags)).toEqual({ prod: 7, 'eu-west': 8 });
    expect(limits.seesSlug('anything')).toBe(true);
  });

  it('follow a tag that moves', () => {
    expect(limits.seesNumber(prompt, 7)).toBe(true);
    const moved = { ...prompt, tags: { ...tags, prod: 9 } };
    expect(limits.seesNumber(moved, 7)).toBe(false);
    expect(limits.seesNumber(moved, 9)).toBe(true);
  });

  it('without live see a live version by a tag only', () => {
    const tagged = new KeyLimits({ refs: { live: false, tags: ['prod'] } });
    expect(tagged.seesLive).toBe(false);
    expect(tagged.seesNumber(prompt, 6)).toBe(false);
    expect(tagged.seesNumber({ ...prompt, live: 7 }, 7)).toBe(true);
    expect(tagged.seesVersion({ isLive: true, tags: [] })).toBe(false);
    expect(tagged.coversRefs([])).toBe(false);
    expect(limits.coversRefs(['prod', 'eu-a'])).toBe(true);
    expect(limits.coversRefs(['prod', 'dev'])).toBe(false);
  });
});

describe('a narrow key in the projection', () => {
  it('has its limits, is never a key without them, and goes', () => {
    const here = new World();
    here.organization(uuid(1));
    const secret = here.narrowKey(uuid(31), uuid(1), { slugs: ['a*'] });
    const caller = here.caller(secret);
    if (caller.outcome !== 'principal') throw new Error('a principal');
    expect(limitsOf(caller.principal)?.seesSlug('b')).toBe(false);
    expect(limitsOf(caller.principal)?.seesSlug('ab')).toBe(true);
    here.narrowKey(uuid(32), uuid(1), {}, {});
    here.end('narrowKey', uuid(31));
    expect(here.caller(secret).outcome).toBe('invalid');
  });

  it('is no key at all with a limit of a kind that is not known', () => {
    const here = new World();
    here.organization(uuid(1));
    const secret = here.narrowKey(uuid(31), uuid(1), { slugs: ['*'], networks: ['10.0.0.0/8'] });
    expect(here.caller(secret).outcome).toBe('invalid');
  });
});

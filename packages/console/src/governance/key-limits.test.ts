import { describe, expect, it } from 'vitest';
import { limitsFault, limitsOf, limitsTexts, noLimits } from './key-limits.ts';

describe('the limits of a key', () => {
  it('are absent while nothing is limited', () => {
    expect(limitsOf(noLimits)).toBeUndefined();
    expect(limitsFault(noLimits)).toBeUndefined();
    expect(limitsTexts(undefined)).toEqual([]);
  });

  it('are patterns, each once, and references', () => {
    const form = {
      ...noLimits,
      prompts: 'some',
      slugs: 'billing_*, faq,\n billing_*',
      versions: 'some',
      tags: 'prod',
    } as const;
    expect(limitsFault(form)).toBeUndefined();
    expect(limitsOf(form)).toEqual({
      slugs: ['billing_*', 'faq'],
      refs: { live: true, tags: ['prod'] },
    });
    expect(limitsTexts(limitsOf(form))).toEqual(['Prompts: billing_*, faq', 'Versions: live, prod']);
  });

  it('may not leave a key that sees nothing, or hold more patterns than px0 takes', () => {
    expect(limitsFault({ ...noLimits, prompts: 'some' })).toBe('Enter a slug');
    expect(limitsFault({ ...noLimits, versions: 'some', live: false })).toBe(
      'Choose the live version or a tag',
    );
    const slugs = Array.from({ length: 21 }, (_none, at) => `slug_${at}`).join(',');
    expect(limitsFault({ ...noLimits, prompts: 'some', slugs })).toBe('Enter at most 20 patterns');
  });
});

import { describe, expect, it } from 'vitest';
import type { Binding } from './binding.ts';
import { ANYBODY, countReviews, type GivenReview, type ReviewFacts, type ReviewRule } from './counting.ts';

const binding: Binding = {
  content_hash: 'sha256:a',
  live_version: 7,
  live_hash: 'sha256:b',
  tag_version: null,
};
const review = (more: Partial<GivenReview> = {}): GivenReview => ({
  id: 'r1',
  userId: 'ben',
  verdict: 'approve',
  binding,
  voidReason: null,
  dismissedBy: null,
  ageHours: 1,
  ...more,
});
const facts = (more: Partial<ReviewFacts> = {}): ReviewFacts => ({
  binding,
  authorPerson: 'ada',
  hasContributed: () => false,
  roleOf: () => 'editor',
  ...more,
});
const rule = (more: Partial<ReviewRule> = {}): ReviewRule => ({
  roles: ['admin', 'editor'],
  notAuthor: true,
  notContributor: true,
  maxAgeHours: 24,
  ...more,
});
const faultOf = (given: GivenReview, by = rule(), known = facts()) =>
  countReviews([given], by, known).faults.get(given.id);

describe('a review', () => {
  it('counts while all holds', () => {
    expect(countReviews([review()], rule(), facts())).toEqual({
      approvals: 1,
      changesRequested: false,
      faults: new Map([['r1', null]]),
    });
  });

  it.each([
    ['content_changed', review(), rule(), facts({ binding: { ...binding, content_hash: 'sha256:c' } })],
    ['live_changed', review(), rule(), facts({ binding: { ...binding, live_version: 6 } })],
    ['live_changed', review(), rule(), facts({ binding: { ...binding, live_hash: 'sha256:c' } })],
    ['tag_changed', review(), rule(), facts({ binding: { ...binding, tag_version: 1 } })],
    ['live_changed', review({ voidReason: 'live_changed' }), rule(), facts()],
    ['left_team', review(), rule(), facts({ roleOf: () => undefined })],
    ['left_team', review(), rule({ userIds: ['ben'] }), facts({ roleOf: () => undefined })],
    ['role', review(), rule(), facts({ roleOf: () => 'viewer' })],
    ['author', review(), rule(), facts({ authorPerson: 'ben' })],
    ['author', review(), rule(), facts({ authorPerson: undefined })],
    ['contributor', review(), rule(), facts({ hasContributed: (user) => user === 'ben' })],
    ['too_old', review({ ageHours: 24 }), rule(), facts()],
    ['dismissed', review({ dismissedBy: 'cid' }), rule(), facts()],
  ] as const)('does not count: %s', (fault, given, by, known) => {
    expect(faultOf(given, by, known)).toBe(fault);
    expect(countReviews([given], by, known)).toMatchObject({ approvals: 0, changesRequested: false });
  });

  it('counts where the rule does not ask', () => {
    const lenient = rule({ notAuthor: false, notContributor: false, maxAgeHours: null });
    const own = facts({ authorPerson: 'ben', hasContributed: () => true });
    expect(faultOf(review({ ageHours: 9_000 }), lenient, own)).toBeNull();
    expect(faultOf(review(), rule({ userIds: ['ben'] }), facts({ roleOf: () => 'viewer' }))).toBeNull();
    expect(faultOf(review(), ANYBODY, facts({ authorPerson: undefined, roleOf: () => 'viewer' }))).toBeNull();
  });

  it('is replaced by a later one of its author, even by one that does not count', () => {
    const reviews = [review(), review({ id: 'r2', dismissedBy: 'cid' })];
    expect(countReviews(reviews, rule(), facts())).toMatchObject({
      approvals: 0,
      faults: new Map([
        ['r1', 'replaced'],
        ['r2', 'dismissed'],
      ]),
    });
  });

  it('that asks for changes stands until its author approves', () => {
    const wish = review({ verdict: 'request_changes' });
    const other = review({ id: 'r2', userId: 'cid' });
    expect(countReviews([wish, other], rule(), facts())).toMatchObject({
      approvals: 1,
      changesRequested: true,
    });
    expect(countReviews([wish, other, review({ id: 'r3' })], rule(), facts())).toMatchObject({
      approvals: 2,
      changesRequested: false,
    });
  });
});

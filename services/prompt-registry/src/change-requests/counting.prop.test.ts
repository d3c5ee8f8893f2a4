import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Binding } from './binding.ts';
import {
  countReviews,
  type GivenReview,
  type ReviewFacts,
  type ReviewRule,
  type TeamRole,
} from './counting.ts';

const people = ['ada', 'ben', 'cid', 'dan'];
const person = fc.constantFrom(...people);
const role = fc.constantFrom<TeamRole | undefined>('admin', 'editor', 'viewer', undefined);

const binding: fc.Arbitrary<Binding> = fc.record({
  content_hash: fc.constantFrom('a', 'b'),
  live_version: fc.constantFrom(1, 2, null),
  live_hash: fc.constantFrom('c', 'd', null),
  tag_version: fc.constantFrom(1, null),
});

const reviews: fc.Arbitrary<GivenReview[]> = fc
  .array(
    fc.record({
      userId: person,
      verdict: fc.constantFrom('approve' as const, 'request_changes' as const),
      binding,
      voidReason: fc.constantFrom(null, null, null, 'content_changed', 'live_changed', 'tag_changed'),
      dismissedBy: fc.constantFrom(null, null, null, 'eve'),
      ageHours: fc.nat({ max: 48 }),
    }),
    { maxLength: 8 },
  )
  .map((given) => given.map((review, index) => ({ ...review, id: `r${index}` })));

const rule: fc.Arbitrary<ReviewRule> = fc.record({
  roles: fc.subarray<TeamRole>(['admin', 'editor', 'viewer'], { minLength: 1 }),
  userIds: fc.option(fc.subarray(people), { nil: undefined }),
  notAuthor: fc.boolean(),
  notContributor: fc.boolean(),
  maxAgeHours: fc.constantFrom(null, 1, 24),
});

const facts: fc.Arbitrary<ReviewFacts> = fc
  .record({
    binding,
    authorPerson: fc.option(person, { nil: undefined }),
    contributors: fc.subarray(people),
    roles: fc.tuple(role, role, role, role),
  })
  .map(({ contributors, roles, ...rest }) => ({
    ...rest,
    hasContributed: (userId) => contributors.includes(userId),
    roleOf: (userId) => roles[people.indexOf(userId)],
  }));

describe('the count of reviews', () => {
  it('is what the page says, read as one condition after the other', () => {
    fc.assert(
      fc.property(reviews, rule, facts, (given, by, known) => {
        const { approvals, changesRequested, faults } = countReviews(given, by, known);
        const counting = given.filter((review, index) => counts(review, given.slice(index + 1), by, known));
        expect([...faults].filter(([, fault]) => fault === null).map(([id]) => id)).toEqual(
          counting.map(({ id }) => id),
        );
        expect(approvals).toBe(counting.filter(({ verdict }) => verdict === 'approve').length);
        expect(changesRequested).toBe(counting.some(({ verdict }) => verdict === 'request_changes'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('has at most one review of each person', () => {
    fc.assert(
      fc.property(reviews, rule, facts, (given, by, known) => {
        const { faults } = countReviews(given, by, known);
        const counting = given.filter(({ id }) => faults.get(id) === null).map(({ userId }) => userId);
        expect(new Set(counting).size).toBe(counting.length);
      }),
    );
  });

  it('does not rise when anything moves', () => {
    fc.assert(
      fc.property(reviews, rule, facts, binding, (given, by, known, moved) => {
        const here = given.map((review) => ({ ...review, binding: known.binding }));
        const before = countReviews(here, by, known).approvals;
        expect(countReviews(here, by, { ...known, binding: moved }).approvals).toBeLessThanOrEqual(before);
      }),
    );
  });
});

/** The same once more, in the words of the specification. */
function counts(
  review: GivenReview,
  later: readonly GivenReview[],
  by: ReviewRule,
  known: ReviewFacts,
): boolean {
  const { userId } = review;
  const present = known.roleOf(userId);
  return (
    review.voidReason === null &&
    review.dismissedBy === null &&
    JSON.stringify(review.binding) === JSON.stringify(known.binding) &&
    present !== undefined &&
    (by.roles.includes(present) || by.userIds?.includes(userId) === true) &&
    !(by.notAuthor && [userId, undefined].includes(known.authorPerson)) &&
    !(by.notContributor && known.hasContributed(userId)) &&
    (by.maxAgeHours === null || review.ageHours < by.maxAgeHours) &&
    !later.some((other) => other.userId === userId)
  );
}

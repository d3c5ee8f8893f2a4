/**
 * Which reviews count. It is judged anew whenever somebody asks, and under the prompt's lock when a request is applied: people leave, roles
 * change, texts are edited.
 * See docs/decisions/203-change-requests.md.
 */
import type { Wire } from '@px0/contracts';
import { type Binding, driftOf } from './binding.ts';

export type ReviewFault = NonNullable<Wire<'Review'>['why_not']>;
export type TeamRole = 'admin' | 'editor' | 'viewer';

/** A review as it was given, the oldest first in lists. */
export interface GivenReview {
  readonly id: string;
  readonly userId: string;
  readonly verdict: Wire<'Review'>['verdict'];
  readonly binding: Binding;
  /** Why it never counts again; null while nothing moved. */
  readonly voidReason: string | null;
  readonly dismissedBy: string | null;
  readonly ageHours: number;
}

/** Of a policy, what it asks of reviewers. */
export interface ReviewRule {
  readonly roles: readonly TeamRole[];
  readonly userIds?: readonly string[] | undefined;
  readonly notAuthor: boolean;
  readonly notContributor: boolean;
  readonly maxAgeHours: number | null;
}

/** What reviews are judged by, besides the rule. */
export interface ReviewFacts {
  readonly binding: Binding;
  /** The person who made the request; undefined: not known, and then it may be anybody. */
  readonly authorPerson: string | undefined;
  /** Whether the person wrote the version, or may have. */
  readonly hasContributed: (userId: string) => boolean;
  /** The role in the team, where an administrator of the organization is one of the team; undefined for who is in neither. */
  readonly roleOf: (userId: string) => TeamRole | undefined;
}

/** What the reviews amount to by one rule. */
export interface Count {
  readonly approvals: number;
  /** Whether somebody whose review counts asks for changes. */
  readonly changesRequested: boolean;
  /** By the id of the review; null: it counts. */
  readonly faults: ReadonlyMap<string, ReviewFault | null>;
}

/** What every policy asks of a review, and what is asked where no policy is. */
export const ANYBODY: ReviewRule = {
  roles: ['admin', 'editor', 'viewer'],
  notAuthor: false,
  notContributor: false,
  maxAgeHours: null,
};

export function countReviews(reviews: readonly GivenReview[], rule: ReviewRule, facts: ReviewFacts): Count {
  const newest = new Map(reviews.map(({ userId, id }) => [userId, id]));
  const faults = new Map(
    reviews.map((review) => [
      review.id,
      faultOf(review, rule, facts) ?? (newest.get(review.userId) === review.id ? null : 'replaced'),
    ]),
  );
  const counting = reviews.filter(({ id }) => faults.get(id) === null);
  return {
    approvals: counting.filter(({ verdict }) => verdict === 'approve').length,
    changesRequested: counting.some(({ verdict }) => verdict === 'request_changes'),
    faults,
  };
}

/** Why the review itself does not count; null when it does unless there is a newer one. */
function faultOf(review: GivenReview, rule: ReviewRule, facts: ReviewFacts): ReviewFault | null {
  const { userId, ageHours } = review;
  if (review.dismissedBy !== null) return 'dismissed';
  const drift = voidOf(review.voidReason) ?? driftOf(review.binding, facts.binding);
  if (drift !== undefined) return drift;
  return reviewerFault(userId, rule, facts) ?? (isTooOld(ageHours, rule) ? 'too_old' : null);
}

/** Why a review of this person would not count, whatever it says. */
export function reviewerFault(userId: string, rule: ReviewRule, facts: ReviewFacts): ReviewFault | null {
  const role = facts.roleOf(userId);
  if (role === undefined) return 'left_team';
  const isNamed = rule.userIds?.includes(userId) === true;
  if (!isNamed && !rule.roles.includes(role)) return 'role';
  if (rule.notAuthor && (facts.authorPerson === undefined || facts.authorPerson === userId)) return 'author';
  return rule.notContributor && facts.hasContributed(userId) ? 'contributor' : null;
}

function isTooOld(ageHours: number, { maxAgeHours }: ReviewRule): boolean {
  return maxAgeHours !== null && ageHours >= maxAgeHours;
}

const DRIFTS = ['content_changed', 'live_changed', 'tag_changed'] as const;

function voidOf(reason: string | null): (typeof DRIFTS)[number] | undefined {
  return DRIFTS.find((one) => one === reason);
}

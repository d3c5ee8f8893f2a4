/** A request together with all that its reviews are judged by: what is there now, who is in the team, who wrote what. */
import type { AccessProjection } from '@px0/access';
import type { Reader } from '@px0/owner';
import type { Approvals, JudgingPolicy } from '../policies/mod.ts';
import { type Contributors, contributorsOf, isContributor } from '../versions/mod.ts';
import type { Present } from './binding.ts';
import {
  ANYBODY,
  type Count,
  countReviews,
  type ReviewFacts,
  type ReviewFault,
  type ReviewRule,
  reviewerFault,
  type TeamRole,
} from './counting.ts';
import type { ReviewRow } from './review-store.ts';
import type { Outcome, RequestRow, Requirements } from './store.ts';

interface Asked {
  readonly rule: ReviewRule;
  readonly count: Count;
}

export interface JudgedRequestDependencies {
  readonly access: AccessProjection;
  /** Tests leave conditions out. */
  readonly count?: typeof countReviews | undefined;
}

export class JudgedRequest {
  readonly row: RequestRow;
  readonly present: Present;
  readonly reviews: readonly ReviewRow[];
  readonly #facts: ReviewFacts;
  readonly #count: typeof countReviews;
  /** By the id of the policy. */
  readonly #asked = new Map<string, Asked>();

  /** Reads what else the reviews are judged by. */
  static async of(
    reader: Reader,
    dependencies: JudgedRequestDependencies,
    row: RequestRow,
    present: Present,
    reviews: readonly ReviewRow[],
  ): Promise<JudgedRequest> {
    const { version } = present;
    const contributors =
      version === undefined ? NOBODY : await contributorsOf(reader, dependencies.access, version);
    return new JudgedRequest(dependencies, row, present, reviews, contributors);
  }

  private constructor(
    { access, count = countReviews }: JudgedRequestDependencies,
    row: RequestRow,
    present: Present,
    reviews: readonly ReviewRow[],
    contributors: Contributors,
  ) {
    this.#count = count;
    this.row = row;
    this.present = present;
    this.reviews = reviews;
    this.#facts = {
      binding: present.binding,
      authorPerson: authorPerson(access, row),
      hasContributed: (userId) => isContributor(contributors, userId),
      roleOf: (userId) => roleOf(access, row.teamId, userId),
    };
  }

  /** How many approvals count for the policy; what was asked is part of what the request then shows of its reviews. */
  approvals(policy: JudgingPolicy): Approvals {
    const rule = ruleOf(policy);
    const count = this.#count(this.reviews, rule, this.#facts);
    this.#asked.set(policy.id, { rule, count });
    return { given: count.approvals, objections: count.changesRequested ? ['changes requested'] : [] };
  }

  /** Why each review does not count for any policy that was asked about; null: it counts. */
  get faults(): Outcome['faults'] {
    const asked = [...this.#asked.values()].map(({ count }) => count);
    const counts = asked.length > 0 ? asked : [this.#count(this.reviews, ANYBODY, this.#facts)];
    return Object.fromEntries(this.reviews.map(({ id }) => [id, faultAmong(counts, id)]));
  }

  /** Whether an approval of this person, given now, would count for a policy that was asked about and is not satisfied. */
  couldApprove(userId: string, requirements: Requirements): boolean {
    return requirements.some(({ policy_id, approvals_needed, approvals_given }) => {
      const asked = this.#asked.get(policy_id);
      if (asked === undefined || approvals_given >= approvals_needed) return false;
      return reviewerFault(userId, asked.rule, this.#facts) === null && !this.#isApprovedBy(userId, asked);
    });
  }

  /** Whether the person's approval counts for the policy already. */
  #isApprovedBy(userId: string, { count }: Asked): boolean {
    return this.reviews.some(
      ({ id, userId: reviewer, verdict }) =>
        reviewer === userId && verdict === 'approve' && count.faults.get(id) === null,
    );
  }
}

const NOBODY: Contributors = { people: [], unknownKeys: [] };

/** Identity may have said who made a key since the request was made with it. */
function authorPerson(access: AccessProjection, row: RequestRow): string | undefined {
  if (row.authorPerson !== null) return row.authorPerson;
  return row.authorKind === 'api-key' ? access.key(row.authorId)?.createdBy : undefined;
}

function faultAmong(counts: readonly Count[], id: string): ReviewFault | null {
  const faults = counts.map((count) => count.faults.get(id) ?? null);
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function ruleOf({ rule: { require } }: JudgingPolicy): ReviewRule {
  return {
    roles: require.roles,
    userIds: require.user_ids,
    notAuthor: require.not_author,
    notContributor: require.not_contributor,
    maxAgeHours: require.max_age_hours,
  };
}

/** An administrator of the organization counts as one of its teams. */
function roleOf(access: AccessProjection, teamId: string, userId: string): TeamRole | undefined {
  const orgId = access.team(teamId)?.orgId;
  if (orgId !== undefined && access.isOrgAdmin(userId, orgId)) return 'admin';
  return access.roleIn(userId, teamId);
}

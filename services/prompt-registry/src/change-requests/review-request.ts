/** Reviews: what people think of a proposed change, each about exactly one content in place of exactly one other. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import { type BodyOf, changeRequestLimits, reviewVerdicts, type routes } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import type { ApplyRequest } from './apply-request.ts';
import { presentFor } from './binding.ts';
import { requirePerson } from './person.ts';
import { versionIn } from './proposed-change.ts';
import { noteOf, type RequestGate, requireOpen } from './request-gate.ts';
import { dismissReview, insertReview, listReviews } from './review-store.ts';
import { touchRequest } from './store.ts';

export type ReviewInput = BodyOf<typeof routes.reviewChangeRequest>;

export interface ReviewRequestDependencies {
  readonly requests: RequestGate;
  readonly apply: ApplyRequest;
}

export class ReviewRequest {
  readonly #deps: ReviewRequestDependencies;

  constructor(deps: ReviewRequestDependencies) {
    this.#deps = deps;
  }

  /**
   * The approval that completes what policies ask applies the change, if the request says so and the reviewer may make it.
   *
   * @throws ApiError changeRequestNotFound, what `readInput` throws, invalidVerdict, commentTooLong, contentHashRequired, changeRequestClosed,
   * contentChanged, tooManyReviews
   */
  async run(
    principal: Principal,
    id: string,
    readInput: () => ReviewInput,
    signal: AbortSignal,
  ): Promise<void> {
    const { requests, apply } = this.#deps;
    const person = requirePerson(principal);
    const mayComplete = await requests.open(
      principal,
      'reviewChangeRequest',
      id,
      async (row, { change, record }) => {
        const { verdict, comment, content_hash: shown } = checked(readInput(), versionIn(row.change));
        requireOpen(row);
        const { binding } = await presentFor(change, row.promptId, row.change);
        if (binding.content_hash !== shown) throw new ApiError('contentChanged');
        const given = await listReviews(change, [id]);
        if (given.length >= changeRequestLimits.reviews) throw new ApiError('tooManyReviews');
        const userId = person.userId;
        const review = randomUUID();
        await insertReview(change, { id: review, requestId: id, userId, verdict, comment, binding });
        await touchRequest(change, id);
        await record('change_request.reviewed', {
          version: versionIn(row.change),
          ...noteOf(row),
          detail: { number: row.number, review, verdict },
          text: comment,
        });
        return verdict === 'approve' && row.apply === 'when_ready';
      },
    );
    if (mayComplete) await apply.ifPossible(principal, id, signal);
  }

  /**
   * Makes a review count no longer. Repeating it changes nothing.
   *
   * @throws ApiError changeRequestNotFound, forbidden, reviewNotFound, changeRequestClosed
   */
  dismiss(principal: Principal, id: string, reviewId: string): Promise<void> {
    const person = requirePerson(principal);
    return this.#deps.requests.open(principal, 'dismissReview', id, async (row, { change, record }) => {
      if (row.authorPerson === null || row.authorPerson === person.userId) throw new ApiError('forbidden');
      const review = (await listReviews(change, [id])).find((one) => one.id === reviewId);
      if (review === undefined) throw new ApiError('reviewNotFound');
      requireOpen(row);
      if (review.dismissedBy !== null) return;
      await dismissReview(change, reviewId, person.userId);
      await touchRequest(change, id);
      await record('change_request.review_dismissed', {
        ...noteOf(row),
        detail: { number: row.number, review: reviewId, reviewer: review.userId },
      });
    });
  }
}

function checked({ verdict: given, comment = '', content_hash }: ReviewInput, version: number | undefined) {
  const verdict = reviewVerdicts.find((one) => one === given);
  if (verdict === undefined) throw new ApiError('invalidVerdict');
  if (characters(comment) > changeRequestLimits.reviewComment) throw new ApiError('commentTooLong');
  if (version !== undefined && (content_hash === undefined || content_hash === null)) {
    throw new ApiError('contentHashRequired');
  }
  return { verdict, comment, content_hash: content_hash ?? null };
}

/** Change requests as the wire shows them: what is computed cannot go stale. */
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { bindingOnWire, NOTHING_BOUND, presentFor } from './binding.ts';
import { JudgedRequest, type JudgedRequestDependencies } from './judged-request.ts';
import { changeOnWire } from './proposed-change.ts';
import { listReviews, type ReviewRow } from './review-store.ts';
import { type Outcome, type RequestRow, type Requirements, readRequest } from './store.ts';

/** What policies ask of an open request, judged by its reviews. */
export interface RequirementSource {
  /**
   * @param signal ends rendering that checks ask for when nobody waits for it any more; without it, such checks are pending
   * @throws ApiError tooManyHeavyRenders
   */
  of(reader: Reader, request: JudgedRequest, signal?: AbortSignal): Promise<Requirements>;
}

export interface RequestViewsDependencies extends JudgedRequestDependencies {
  readonly reader: Reader;
  readonly requirements: RequirementSource;
}

/** A request, and what it was found to lack. */
export interface Viewed {
  readonly wire: Wire<'ChangeRequest'>;
  /** Of an open request. */
  readonly judged?: JudgedRequest;
}

export class RequestViews {
  readonly #deps: RequestViewsDependencies;

  constructor(deps: RequestViewsDependencies) {
    this.#deps = deps;
  }

  /** A request with everything judged, also what has to be rendered for it. @throws ApiError changeRequestNotFound, tooManyHeavyRenders */
  async of(id: string, signal: AbortSignal): Promise<Wire<'ChangeRequest'>> {
    const { reader } = this.#deps;
    const row = await readRequest(reader, id);
    return (await this.#view(row, await listReviews(reader, [id]), signal)).wire;
  }

  /** One after the other, since each may have to read two contents. Nothing is rendered for a list. */
  async ofAll(rows: readonly RequestRow[]): Promise<Viewed[]> {
    if (rows.length === 0) return [];
    const { reader } = this.#deps;
    const reviews = Map.groupBy(
      await listReviews(
        reader,
        rows.map(({ id }) => id),
      ),
      ({ requestId }) => requestId,
    );
    const views: Viewed[] = [];
    for (const row of rows) views.push(await this.#view(row, reviews.get(row.id) ?? []));
    return views;
  }

  /** An open request with all that it is judged by. */
  async judge(reader: Reader, row: RequestRow): Promise<JudgedRequest> {
    return this.#judge(reader, row, await listReviews(reader, [row.id]));
  }

  async #judge(reader: Reader, row: RequestRow, reviews: readonly ReviewRow[]): Promise<JudgedRequest> {
    const present = await presentFor(reader, row.promptId, row.change);
    return JudgedRequest.of(reader, this.#deps, row, present, reviews);
  }

  async #view(row: RequestRow, reviews: readonly ReviewRow[], signal?: AbortSignal): Promise<Viewed> {
    if (row.state !== 'open') return { wire: ended(row, reviews) };
    const { reader, requirements: source } = this.#deps;
    const judged = await this.#judge(reader, row, reviews);
    const requirements = await source.of(reader, judged, signal);
    const wire = onWire(row, reviews, {
      binding: judged.present.binding,
      requirements,
      faults: judged.faults,
      ready: requirements.every(({ satisfied }) => satisfied),
    });
    return { wire, judged };
  }
}

/** A request that has ended shows how it ended, whatever has happened since. */
function ended(row: RequestRow, reviews: readonly ReviewRow[]): Wire<'ChangeRequest'> {
  return onWire(row, reviews, {
    binding: row.binding ?? NOTHING_BOUND,
    requirements: row.outcome?.requirements ?? [],
    faults:
      row.outcome?.faults ?? Object.fromEntries(reviews.map((review) => [review.id, faultAtEnd(review)])),
    ready: false,
  });
}

function faultAtEnd({ dismissedBy, voidReason }: ReviewRow): Wire<'Review'>['why_not'] {
  if (dismissedBy !== null) return 'dismissed';
  // What `voidReviews` wrote.
  return voidReason as Wire<'Review'>['why_not'];
}

interface Computed extends Outcome {
  readonly binding: Wire<'ChangeRequest'>['binding'];
  readonly ready: boolean;
}

function onWire(
  row: RequestRow,
  reviews: readonly ReviewRow[],
  { binding, requirements, faults, ready }: Computed,
): Wire<'ChangeRequest'> {
  return {
    id: row.id,
    number: row.number,
    prompt_id: row.promptId,
    team_id: row.teamId,
    slug: row.slug,
    title: row.title,
    description: row.description,
    author: actorOnWire(row.authorKind, row.authorId),
    via: row.via,
    change: changeOnWire(row.change),
    apply: row.apply,
    state: row.state,
    reason: row.reason,
    binding: bindingOnWire(binding),
    requirements: [...requirements],
    ready,
    break_glass: row.breakGlass,
    reviews: reviews.map((review) => reviewOnWire(review, faults[review.id] ?? null)),
    comment_count: row.comments,
    applied_by:
      row.state === 'applied' && row.endedKind !== null && row.endedBy !== null
        ? actorOnWire(row.endedKind, row.endedBy)
        : null,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    applied_at: row.state === 'applied' ? row.endedAt : null,
  };
}

export function actorOnWire(kind: 'user' | 'api-key', id: string): Wire<'ChangeRequest'>['author'] {
  return { kind, user_id: kind === 'user' ? id : null, api_key_id: kind === 'api-key' ? id : null };
}

function reviewOnWire(review: ReviewRow, fault: Wire<'Review'>['why_not']): Wire<'Review'> {
  return {
    id: review.id,
    user_id: review.userId,
    verdict: review.verdict,
    comment: review.comment,
    created_at: review.createdAt,
    counts: fault === null,
    why_not: fault,
  };
}

/** Comments on change requests. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import { type BodyOf, changeRequestLimits, type routes } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { type Page, pageOf, parseLimit, parseNumber, type Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { type CommentRow, insertComment, listComments } from './comment-store.ts';
import { noteOf, type RequestGate } from './request-gate.ts';

export interface CommentRequestDependencies {
  readonly reader: Reader;
  readonly requests: RequestGate;
}

const LARGEST_PAGE = 100;

export class CommentRequest {
  readonly #deps: CommentRequestDependencies;

  constructor(deps: CommentRequestDependencies) {
    this.#deps = deps;
  }

  /** Also on one that has ended. @throws ApiError changeRequestNotFound, what `readInput` throws, textRequired, textTooLong, tooManyComments */
  run(
    principal: Principal,
    id: string,
    readInput: () => BodyOf<typeof routes.commentChangeRequest>,
  ): Promise<CommentRow> {
    return this.#deps.requests.open(principal, 'commentChangeRequest', id, async (row, { change }) => {
      const { text = '' } = readInput();
      if (text.trim() === '') throw new ApiError('textRequired');
      if (characters(text) > changeRequestLimits.comment) throw new ApiError('textTooLong');
      if (row.comments >= changeRequestLimits.comments) throw new ApiError('tooManyComments');
      const comment = await insertComment(change, id, { id: randomUUID(), text });
      await change.audit({
        ...noteOf(row),
        action: 'change_request.commented',
        detail: { number: row.number, comment: comment.id },
        text,
      });
      return comment;
    });
  }

  /** @throws ApiError changeRequestNotFound, invalidLimit, invalidCursor */
  async list(
    principal: Principal,
    id: string,
    parameters: { readonly limit?: string | undefined; readonly cursor?: string | undefined },
  ): Promise<Page<CommentRow, string>> {
    const { reader, requests } = this.#deps;
    await requests.find(principal, 'listComments', id);
    const limit = Math.min(parseLimit(parameters.limit) ?? LARGEST_PAGE, LARGEST_PAGE);
    const rows = await listComments(reader, id, limit, parseNumber(parameters.cursor));
    return pageOf(rows, limit, ({ ordinal }) => ordinal);
  }
}

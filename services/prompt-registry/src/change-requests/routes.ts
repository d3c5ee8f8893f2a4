/** Transport of change requests. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { encodeNumber, type Page } from '@px0/owner';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import { versionCheckOnWire } from '../checks/mod.ts';
import { payloadOnWire } from '../payloads/mod.ts';
import { type VersionRow, versionJson } from '../versions/mod.ts';
import type { ApplyRequest } from './apply-request.ts';
import type { CloseRequest } from './close-request.ts';
import type { CommentRequest } from './comment-request.ts';
import type { CommentRow } from './comment-store.ts';
import type { CreateRequest } from './create-request.ts';
import type { ListRequests } from './list-requests.ts';
import { requirePerson } from './person.ts';
import type { ReadRequest, ShownRequest } from './read-request.ts';
import { actorOnWire, type RequestViews } from './request-view.ts';
import type { ReviewRequest } from './review-request.ts';

export interface RequestCommands {
  readonly create: CreateRequest;
  readonly list: ListRequests;
  readonly read: ReadRequest;
  readonly review: ReviewRequest;
  readonly comment: CommentRequest;
  readonly apply: ApplyRequest;
  readonly close: CloseRequest;
  readonly views: RequestViews;
  /** The input schema of a version that is shown, as JSON text. */
  readonly schemaOf: (version: VersionRow) => Promise<string | undefined>;
}

export function changeRequestRoutes(commands: RequestCommands) {
  const { create, list, read, review, comment, apply, close, views, schemaOf } = commands;
  const shown = async (id: string, signal: AbortSignal) => ({ change_request: await views.of(id, signal) });
  const json = async (version: VersionRow) => versionJson(version, { schema: await schemaOf(version) });
  return {
    createChangeRequest: async ({ principal, params, body, signal }) =>
      shown(await create.run(principal, params.id, body), signal),
    listChangeRequests: async ({ principal, params, query }) =>
      pageOnWire(await list.run(principal, params.teamID, query)),
    listMyChangeRequests: async ({ principal, query }) => {
      const { userId } = requirePerson(principal);
      const change_requests =
        query.as === 'author'
          ? await list.madeBy(userId, principal)
          : await list.waitingFor(userId, principal);
      return { change_requests };
    },
    getChangeRequest: async ({ principal, params, signal }) =>
      shownOnWire(await read.run(principal, params.id, signal), json),
    reviewChangeRequest: async ({ principal, params, body, signal }) => {
      await review.run(principal, params.id, body, signal);
      return shown(params.id, signal);
    },
    dismissReview: async ({ principal, params }) => {
      await review.dismiss(principal, params.id, params.reviewID);
      return undefined;
    },
    commentChangeRequest: async ({ principal, params, body }) => ({
      comment: commentOnWire(await comment.run(principal, params.id, body)),
    }),
    listComments: async ({ principal, params, query }) =>
      commentsOnWire(await comment.list(principal, params.id, query)),
    applyChangeRequest: async ({ principal, params, signal }) => {
      const version = await apply.run(principal, params.id, signal);
      const answer = JSON.stringify(await shown(params.id, signal));
      if (version === undefined) return new SerializedJson([Buffer.from(answer)]);
      return new SerializedJson([Buffer.from(`${answer.slice(0, -1)},"version":${await json(version)}}`)]);
    },
    closeChangeRequest: async ({ principal, params, body, signal }) => {
      await close.run(principal, params.id, body);
      return shown(params.id, signal);
    },
    acknowledgeBreakGlass: async ({ principal, params, signal }) => {
      await close.acknowledge(principal, params.id);
      return shown(params.id, signal);
    },
  } satisfies Handlers<Principal>;
}

function pageOnWire({ rows, next }: Page<Wire<'ChangeRequest'>, number>) {
  const page = { change_requests: rows };
  return next === undefined ? page : { ...page, next_cursor: encodeNumber(next) };
}

function commentsOnWire({ rows, next }: Page<CommentRow, string>) {
  const page = { comments: rows.map(commentOnWire) };
  return next === undefined ? page : { ...page, next_cursor: encodeNumber(next) };
}

function commentOnWire({ id, actorKind, actorId, text, createdAt }: CommentRow): Wire<'Comment'> {
  return { id, author: actorOnWire(actorKind, actorId), text, created_at: createdAt };
}

/** The parts are JSON already, and some of them long. */
async function shownOnWire(
  { request, before, after, check, payload }: ShownRequest,
  json: (version: VersionRow) => Promise<string>,
): Promise<SerializedJson> {
  const head = [
    `{"change_request":${JSON.stringify(request)}`,
    `,"before":${before === undefined ? 'null' : await json(before)}`,
    `,"after":${after === undefined ? 'null' : await json(after)}`,
    payload === undefined ? '' : `,"payload":${JSON.stringify(payloadOnWire(payload))}`,
    ',"check":',
  ].join('');
  const pieces = check === undefined ? [Buffer.from('null')] : versionCheckOnWire(check);
  return new SerializedJson([Buffer.from(head), ...pieces, Buffer.from('}')]);
}

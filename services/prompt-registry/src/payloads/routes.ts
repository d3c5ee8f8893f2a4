/** Transport of the payload operations. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { encodeMark } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { directBasis } from '../policies/mod.ts';
import type { CreatePayload } from './create-payload.ts';
import type { DeletePayload } from './delete-payload.ts';
import { type ListPayloads, PAYLOAD_ORDER, type PayloadPage } from './list-payloads.ts';
import type { ReadPayload } from './read-payload.ts';
import type { PayloadRow } from './store.ts';
import type { UpdatePayload } from './update-payload.ts';

export interface PayloadCommands {
  readonly create: CreatePayload;
  readonly list: ListPayloads;
  readonly read: ReadPayload;
  readonly update: UpdatePayload;
  readonly delete: DeletePayload;
}

export function payloadRoutes({ create, list, read, update, delete: remove }: PayloadCommands) {
  return {
    createPromptPayload: async ({ principal, params, body, header, signal }) => ({
      payload: payloadOnWire(
        await create.run(principal, params.id, body, { basis: directBasis(header), signal }),
      ),
    }),
    listPromptPayloads: async ({ principal, params, query }) =>
      pageOnWire(await list.run(principal, params.id, query)),
    getPromptPayload: async ({ principal, params }) => ({
      payload: payloadOnWire(await read.run(principal, params.id, params.payloadID)),
    }),
    updatePromptPayload: async ({ principal, params, body, header, signal }) => ({
      payload: payloadOnWire(
        await update.run(principal, params.id, params.payloadID, body, {
          basis: directBasis(header),
          signal,
        }),
      ),
    }),
    deletePromptPayload: async ({ principal, params, header }) => {
      await remove.run(principal, params.id, params.payloadID, directBasis(header));
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

/** A payload as answers show it. */
export function payloadOnWire(payload: PayloadRow): Wire<'PromptPayload'> {
  return {
    id: payload.id,
    prompt_id: payload.promptId,
    name: payload.name,
    variables: payload.variables,
    created_at: payload.createdAt,
    updated_at: payload.updatedAt,
    assertions: payload.assertions.map((assertion) => ({ ...assertion })),
    snapshot: payload.snapshot,
  };
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function pageOnWire({ rows, next }: PayloadPage) {
  const list = { payloads: rows.map(payloadOnWire) };
  return next === undefined ? list : { ...list, next_cursor: encodeMark(PAYLOAD_ORDER, next) };
}

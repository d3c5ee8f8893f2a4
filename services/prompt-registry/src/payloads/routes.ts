/** Transport of the payload operations. */

import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { encodeMark } from '../paging/mod.ts';
import { PAYLOAD_ORDER, type PayloadCommands, type PayloadPage } from './payload-commands.ts';
import type { PayloadRow } from './store.ts';

export function payloadRoutes(payloads: PayloadCommands) {
  return {
    createPromptPayload: async ({ principal, params, body }) => ({
      payload: payloadToWire(await payloads.create(principal, params.id, body)),
    }),
    listPromptPayloads: async ({ principal, params, query }) =>
      listed(await payloads.list(principal, params.id, query)),
    getPromptPayload: async ({ principal, params }) => ({
      payload: payloadToWire(await payloads.get(principal, params.id, params.payloadID)),
    }),
    updatePromptPayload: async ({ principal, params, body }) => ({
      payload: payloadToWire(await payloads.update(principal, params.id, params.payloadID, body)),
    }),
    deletePromptPayload: async ({ principal, params }) => {
      await payloads.delete(principal, params.id, params.payloadID);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

function payloadToWire(payload: PayloadRow): Wire<'PromptPayload'> {
  return {
    id: payload.id,
    prompt_id: payload.promptId,
    name: payload.name,
    variables: payload.variables,
    created_at: payload.createdAt,
    updated_at: payload.updatedAt,
  };
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function listed({ rows, next }: PayloadPage) {
  const list = { payloads: rows.map(payloadToWire) };
  return next === undefined ? list : { ...list, next_cursor: encodeMark(PAYLOAD_ORDER, next) };
}

/** Transport of the payload operations. */
import type { Wire } from '@px0/contracts';
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { PayloadCommands } from './payload-commands.ts';
import type { PayloadRow } from './store.ts';

export function payloadRoutes(payloads: PayloadCommands) {
  return {
    createPromptPayload: async ({ principal, params, body }) => ({
      payload: payloadToWire(await payloads.create(principal, params.id, body)),
    }),
    listPromptPayloads: async ({ principal, params }) => ({
      payloads: (await payloads.list(principal, params.id)).map(payloadToWire),
    }),
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

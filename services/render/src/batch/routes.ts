// Transport of batches.

import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { RenderBatch } from './render-batch.ts';

export function batchRoutes(renderBatch: RenderBatch) {
  return {
    renderBatch: async ({ principal, body }) => ({ results: await renderBatch(principal, body()) }),
  } satisfies Handlers<Principal>;
}

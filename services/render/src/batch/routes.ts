// Transport of batches.

import type { Principal } from '@px0/access';
import { isLightJson } from '@px0/heavy-renders';
import { type Handlers, SerializedJson } from '@px0/service-kit';
import type { HeavyRenders } from '../heavy/mod.ts';
import { serviceOf } from '../usage/mod.ts';
import type { RenderBatch } from './render-batch.ts';

const HEAD = Buffer.from('{"results":[');
const COMMA = Buffer.from(',');
const TAIL = Buffer.from(']}');

export function batchRoutes(renderBatch: RenderBatch, heavy: HeavyRenders) {
  return {
    renderBatch: async ({ principal, body, bodyBytes, header, signal }) => {
      const bytes = bodyBytes();
      const { renders } = isLightJson(bytes)
        ? body()
        : await heavy.parseBatch(ownerOf(principal), bytes, signal);
      const results = await renderBatch(
        { principal, service: serviceOf({ 'px0-service': header('Px0-Service') }) },
        renders,
        signal,
      );
      const pieces = results.flatMap((result, index) => (index === 0 ? result : [COMMA, ...result]));
      return new SerializedJson([HEAD, ...pieces, TAIL]);
    },
  } satisfies Handlers<Principal>;
}

/** Whose turn it takes to parse a batch: items are looked up afterwards. */
function ownerOf(principal: Principal): string {
  if (principal.kind === 'api-key') return principal.orgId;
  return principal.kind === 'session' ? principal.userId : '';
}

/** Transport of the operations on external checks. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import type { PromptParts } from '../prompts/mod.ts';
import { ListChecks } from './list-checks.ts';
import { PostCheck } from './post-check.ts';
import type { CheckRow } from './store.ts';

export function externalCheckRoutes(parts: PromptParts) {
  const [post, list] = [new PostCheck(parts), new ListChecks(parts)];
  return {
    postCheck: async ({ principal, params, body }) => ({
      check: checkOnWire(await post.run(principal, params.id, params.version, body)),
    }),
    listChecks: async ({ principal, params }) => ({
      checks: (await list.run(principal, params.id, params.version)).map(checkOnWire),
    }),
  } satisfies Handlers<Principal>;
}

function checkOnWire({ contentHash, apiKeyId, postedAt, ...check }: CheckRow): Wire<'ExternalCheck'> {
  return {
    ...check,
    content_hash: contentHash,
    posted_by: { kind: 'api-key', user_id: null, api_key_id: apiKeyId },
    posted_at: postedAt,
  };
}

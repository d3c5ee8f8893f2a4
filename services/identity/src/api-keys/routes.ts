/** API keys. */
import type { Principal, SessionPrincipal } from '@px0/access';
import { ApiError, type Handlers } from '@px0/service-kit';
import { wireTime } from '../wire-time.ts';
import type { CreatedKey } from './add-key.ts';
import { apiKeyOnWire } from './api-key.ts';
import { CreateKey, type CreateKeyDependencies } from './create-key.ts';
import { DeleteKey } from './delete-key.ts';
import { ListKeys } from './list-keys.ts';
import { RevokeKey } from './revoke-key.ts';
import { RotateKey, type RotateKeyDependencies } from './rotate-key.ts';

export function apiKeyRoutes(dependencies: RotateKeyDependencies & CreateKeyDependencies) {
  const apiKeys = {
    create: new CreateKey(dependencies),
    list: new ListKeys(dependencies),
    rotate: new RotateKey(dependencies),
    delete: new DeleteKey(dependencies),
    revoke: new RevokeKey(dependencies),
  };
  return {
    createAPIKey: async ({ principal, body }) => {
      const {
        name = '',
        org_id: orgId,
        team_ids: teamIds = [],
        operation = '',
        expires_at: expiresAt,
        limits,
      } = body();
      const wish = { name, orgId, teamIds, operation, expiresAt, limits };
      return createdOnWire(await apiKeys.create.run(requireSession(principal), wish));
    },
    listAPIKeys: async ({ principal, query }) => {
      const keys = await apiKeys.list.run(requireSession(principal), query.org_id ?? '');
      return { api_keys: keys.map(apiKeyOnWire) };
    },
    rotateAPIKey: async ({ principal, params, body, header }) => {
      const { overlap_seconds: overlapSeconds } = hasBody(header) ? body() : {};
      return createdOnWire(await apiKeys.rotate.run(requireSession(principal), params.id, overlapSeconds));
    },
    deleteAPIKey: async ({ principal, params }) => {
      await apiKeys.delete.run(requireSession(principal), params.id);
      return undefined;
    },
    revokeAPIKey: async ({ body }) => {
      await apiKeys.revoke.run(body().key ?? '');
      return undefined;
    },
  } satisfies Handlers<Principal>;
}

/** Everything in the body is optional, so the body is, too; one that is there is judged, also when its type is not named. */
function hasBody(header: (name: string) => string | undefined): boolean {
  const isSent = header('transfer-encoding') !== undefined || Number(header('content-length') ?? 0) > 0;
  return isSent || header('content-type') !== undefined;
}

function createdOnWire({ key, secret }: CreatedKey) {
  const { id, name, operation, createdAt, expiresAt } = key;
  return {
    id,
    name,
    key: secret,
    operation,
    created_at: wireTime(createdAt),
    ...(expiresAt === null ? {} : { expires_at: wireTime(expiresAt) }),
  };
}

/** The routes' auth class lets sessions through only. */
function requireSession(principal: Principal): SessionPrincipal {
  if (principal.kind !== 'session') throw new ApiError('unauthorized');
  return principal;
}

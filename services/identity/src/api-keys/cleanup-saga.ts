/**
 * Removes from API keys what their organization lost: all keys of a deleted organization, and a deleted or moved team from every
 * scope that lists it. A key whose last team goes is revoked.
 */
import type { OwnerSaga } from '@px0/owner';
import type { Actor, AuditNote, Change, OwnEntity } from '../changes/mod.ts';
import type { ApiKey } from './api-key.ts';
import { CLEANUP_SAGA, lockScopesExclusively } from './scope-guard.ts';
import { deleteApiKeys, deleteApiKeysOf, type KeyOfOrganization, removeTeamFromScopes } from './store.ts';

export const apiKeyCleanup: OwnerSaga<OwnEntity, Actor, AuditNote> = {
  name: CLEANUP_SAGA,
  wants: (name) => name === 'organization' || name === 'team',
  async effect(change, event) {
    if (event.name === 'organization' && event.deleted) {
      await lockScopesExclusively(change);
      await auditDeleted(change, await deleteApiKeysOf(change, event.id));
    } else if (event.name === 'team') {
      await lockScopesExclusively(change);
      await revokeEmpty(change, await removeTeamFromScopes(change, event.id, event.state?.org_id));
    }
  },
};

/** `keys` are those whose scope was reduced. */
async function revokeEmpty(change: Change, keys: readonly ApiKey[]): Promise<void> {
  const isEmpty = ({ scope }: ApiKey) => scope.kind === 'teams' && scope.teamIds.length === 0;
  const reduced = keys.filter((key) => !isEmpty(key));
  await change.audit(
    ...reduced.map(({ id, orgId }) => ({
      action: 'api_key.scope_reduced' as const,
      orgId,
      apiKeyId: id,
    })),
  );
  const empty = keys.filter(isEmpty).map(({ id }) => id);
  if (empty.length > 0) await auditDeleted(change, await deleteApiKeys(change, empty));
}

/** Notes that these keys were deleted. */
export async function auditDeleted(change: Change, keys: readonly KeyOfOrganization[]): Promise<void> {
  await change.audit(
    ...keys.map(({ id, orgId }) => ({ action: 'api_key.deleted' as const, orgId, apiKeyId: id })),
  );
}

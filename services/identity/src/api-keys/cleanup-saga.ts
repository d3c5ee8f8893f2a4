/**
 * Removes from API keys what their organization lost: all keys of a deleted organization, and a deleted or moved team from every
 * scope that lists it. A key whose last team goes is revoked.
 */
import { endChain, type OwnerSaga } from '@px0/owner';
import {
  type Actor,
  type AuditNote,
  type Change,
  type KeyTables,
  narrowKeys,
  type OwnEntity,
  rules,
  wideKeys,
} from '../changes/mod.ts';
import type { ApiKey } from './api-key.ts';
import { cleanupSagas, lockScopesExclusively } from './scope-guard.ts';
import {
  deleteApiKeys,
  deleteApiKeysOf,
  hasApiKeys,
  type KeyOfOrganization,
  removeTeamFromScopes,
} from './store.ts';

/**
 * One for each kind of keys, with a position of its own: a process of the release before, which knows no keys with limits, may have the lead of the other
 * one, and nothing of what it reads is read again.
 */
function cleanupOf(tables: KeyTables): OwnerSaga<OwnEntity, Actor, AuditNote> {
  return {
    name: cleanupSagas[tables.entity],
    wants: (name) => name === 'organization' || name === 'team',
    async effect(change, event) {
      if (event.name === 'organization' && event.deleted) {
        await lockScopesExclusively(change);
        await auditDeleted(change, await deleteApiKeysOf(change, event.id, tables));
        // The keys of the other kind are told of before the end.
        if (!(await hasApiKeys(change, event.id))) await endChain(change, rules.chainNote, event.id);
      } else if (event.name === 'team') {
        await lockScopesExclusively(change);
        const losing = await removeTeamFromScopes(change, event.id, event.state?.org_id, tables);
        await revokeEmpty(change, losing);
      }
    },
  };
}

export const apiKeyCleanups = [cleanupOf(wideKeys), cleanupOf(narrowKeys)] as const;

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

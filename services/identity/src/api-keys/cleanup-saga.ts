/**
 * Takes from API keys what their organization lost: all keys of a deleted organization, and a team that was deleted or moved away from
 * every scope that lists it. A key whose last team goes is revoked.
 */
import type { SagaDefinition } from '@px0/event-bus';
import { Change, type EventWriter } from '../changes/mod.ts';
import type { Tx } from '../database/db.ts';
import { type ApiKey, apiKeyState } from './api-key.ts';
import { deleteApiKeys, deleteApiKeysOf, removeTeamFromScopes } from './api-key-store.ts';
import { CLEANUP_SAGA, lockScopesExclusively } from './scope-guard.ts';

/** `events` is asked for late, because the outbox is made together with the saga. */
export function apiKeyCleanup(events: () => EventWriter): SagaDefinition<Tx> {
  return {
    name: CLEANUP_SAGA,
    wants: (name) => name === 'organization' || name === 'team',
    async effect(tx, event) {
      const change = new Change(tx, events());
      if (event.name === 'organization' && event.deleted) {
        await lockScopesExclusively(tx);
        await announceDeleted(change, await deleteApiKeysOf(tx, event.id));
      } else if (event.name === 'team') {
        await lockScopesExclusively(tx);
        await announceReduced(change, await removeTeamFromScopes(tx, event.id, event.state?.org_id));
      }
    },
  };
}

async function announceReduced(change: Change, keys: readonly ApiKey[]): Promise<void> {
  const isEmpty = ({ scope }: ApiKey) => scope.kind === 'teams' && scope.teamIds.length === 0;
  for (const key of keys.filter((each) => !isEmpty(each))) {
    await change.put('apiKey', key.id, apiKeyState(key));
    await change.audit({ action: 'api_key.scope_reduced', orgId: key.orgId, apiKeyId: key.id });
  }
  const empty = keys.filter(isEmpty).map(({ id }) => id);
  if (empty.length > 0) await announceDeleted(change, await deleteApiKeys(change.tx, empty));
}

async function announceDeleted(change: Change, keys: readonly ApiKey[]): Promise<void> {
  for (const key of keys) {
    await change.remove('apiKey', key.id);
    await change.audit({ action: 'api_key.deleted', orgId: key.orgId, apiKeyId: key.id });
  }
}

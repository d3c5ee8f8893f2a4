/** Who may manage keys: the role matrix decides, after the check that the organization and teams exist. */
import { type AccessProjection, type Action, requireAllowedOn, type SessionPrincipal } from '@px0/access';
import type { ApiKeyId, OrganizationId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { ApiKey } from './api-key.ts';
import { findApiKey } from './store.ts';

type KeyAction = Extract<Action, 'createAPIKey' | 'listAPIKeys' | 'rotateAPIKey' | 'deleteAPIKey'>;

/** @throws ApiError organizationNotFound, then what the role matrix says */
export function requireOnOrganization(
  access: AccessProjection,
  session: SessionPrincipal,
  action: KeyAction,
  orgId: OrganizationId,
): void {
  if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
  requireAllowedOn(access, session, action, { orgId });
}

/** The key, if the caller may do this to it. @throws ApiError apiKeyNotFound, then what the role matrix says */
export async function requireOnKey(
  { reader, access }: { readonly reader: Reader; readonly access: AccessProjection },
  session: SessionPrincipal,
  action: KeyAction,
  id: ApiKeyId,
): Promise<ApiKey> {
  const key = await findApiKey(reader, id);
  // A key of an organization that is gone is gone with it, also before its row is.
  if (key === undefined || access.organization(key.orgId) === undefined) throw new ApiError('apiKeyNotFound');
  requireAllowedOn(access, session, action, { orgId: key.orgId });
  return key;
}

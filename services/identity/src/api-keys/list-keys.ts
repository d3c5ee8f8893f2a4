/** Lists the API keys of an organization. */
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import { parseUuid } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { ApiKey } from './api-key.ts';
import { requireOnOrganization } from './key-rights.ts';
import { listApiKeys } from './store.ts';

export class ListKeys {
  readonly #reader: Reader;
  readonly #access: AccessProjection;

  constructor({ reader, access }: { readonly reader: Reader; readonly access: AccessProjection }) {
    this.#reader = reader;
    this.#access = access;
  }

  /** The newest first. @throws ApiError orgIdRequired, invalidId, organizationNotFound, forbidden */
  async run(session: SessionPrincipal, text: string): Promise<ApiKey[]> {
    if (text === '') throw new ApiError('orgIdRequired');
    const orgId = parseUuid(text);
    if (orgId === undefined) throw new ApiError('invalidId');
    requireOnOrganization(this.#access, session, 'listAPIKeys', orgId);
    return await listApiKeys(this.#reader, orgId);
  }
}

/** Replaces an API key by a successor with a secret of its own. */
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import type { ApiKeyId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { addKey, type CreatedKey } from './add-key.ts';
import type { ApiKey } from './api-key.ts';
import { requireOnKey } from './key-rights.ts';
import { type ProjectionProgress, requireCurrentJudgement, withCurrentJudgement } from './scope-guard.ts';
import { lockApiKey, setExpiry } from './store.ts';

export interface RotateKeyDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly projection: ProjectionProgress;
}

/** Long enough to roll a new key out to a fleet, short enough that a leaked key does not linger. */
const DEFAULT_OVERLAP_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 30 * 86_400;

export class RotateKey {
  readonly #deps: RotateKeyDependencies;

  constructor(deps: RotateKeyDependencies) {
    this.#deps = deps;
  }

  /**
   * Makes a successor with the same name, scope, operation and limits, and as long a life; the old key goes on working for the overlap (default: a
   * day). Who rotates is the successor's maker, since they alone get its secret: it must not write as a colleague whose work they may approve.
   *
   * @throws ApiError apiKeyNotFound, forbidden, invalidOverlap
   */
  async run(
    session: SessionPrincipal,
    id: ApiKeyId,
    overlapSeconds = DEFAULT_OVERLAP_SECONDS,
  ): Promise<CreatedKey> {
    const { changes, projection } = this.#deps;
    return await withCurrentJudgement(projection, async (judgement) => {
      const found = await requireOnKey(this.#deps, session, 'rotateAPIKey', id);
      if (overlapSeconds < 0 || overlapSeconds > MAX_OVERLAP_SECONDS) throw new ApiError('invalidOverlap');
      return await changes.make(session, async (change) => {
        await requireCurrentJudgement(change, judgement);
        const old = await lockApiKey(change, found);
        if (old === undefined || isExpired(old)) throw new ApiError('apiKeyNotFound');
        const successor = await addKey(change, {
          ...old,
          createdBy: session.userId,
          rotatedFrom: old.id,
          expiresAt: asLongALife(old),
        });
        await setExpiry(change, old, earlier(old.expiresAt, new Date(Date.now() + overlapSeconds * 1_000)));
        await change.audit({
          action: 'api_key.rotated',
          orgId: old.orgId,
          apiKeyId: old.id,
          details: { successor: successor.key.id },
        });
        return successor;
      });
    });
  }
}

function asLongALife({ createdAt, expiresAt }: ApiKey): Date | null {
  return expiresAt && new Date(Date.now() + expiresAt.getTime() - createdAt.getTime());
}

function earlier(expiresAt: Date | null, end: Date): Date {
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

function isExpired({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

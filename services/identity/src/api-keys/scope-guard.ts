/**
 * Prevents creating a key with a scope that has just ended. The sagas that remove ended teams from scopes and the creation of a
 * key exclude each other by a lock, and a key is created only if the projection that judged its scope has seen at least what the
 * sagas have acted upon. What a saga acts upon later finds the key's row.
 * See docs/decisions/055-requests-that-race-sagas.md.
 */
import type { Projection, RevisionToken } from '@px0/event-bus';
import { sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Change } from '../changes/mod.ts';

/** The projection's progress, as far as the guard needs it. */
export type ProjectionProgress = Pick<Projection, 'position' | 'epoch' | 'waitFor'>;

/** Where the projection stood before a scope was judged. */
export interface Judgement {
  readonly position: number;
  readonly epoch: string | undefined;
}

/** By the entity whose scopes they reduce. */
export const cleanupSagas = {
  apiKey: 'identity-api-key-cleanup',
  narrowKey: 'identity-narrow-key-cleanup',
} as const;
const LOCK = 'px0 identity api key scopes';
/** The saga may run in another replica and be milliseconds ahead of this one; it is not ahead again and again. */
const ATTEMPTS = 3;
const PATIENCE_MS = 500;

/** The judgement is older than what the saga has acted upon. Nothing has been written. */
class OutdatedJudgementError extends Error {
  override readonly name = 'OutdatedJudgementError';
  readonly needed: RevisionToken;

  constructor(needed: RevisionToken) {
    super('the projection is behind the cleanup saga');
    this.needed = needed;
  }
}

/**
 * Runs `work`, which judges a scope and then creates in a change that begins with `requireCurrentJudgement`. It runs again, after the
 * projection has caught up, when it was outdated.
 *
 * @throws ApiError serviceUnavailable when the projection does not catch up
 */
export async function withCurrentJudgement<T>(
  projection: ProjectionProgress,
  work: (judgement: Judgement) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work({ position: projection.position, epoch: projection.epoch?.epoch });
    } catch (error) {
      if (!(error instanceof OutdatedJudgementError)) throw error;
      if (attempt === ATTEMPTS)
        throw new ApiError('serviceUnavailable', { retryAfterSeconds: 1, cause: error });
      await projection.waitFor(error.needed, PATIENCE_MS);
    }
  }
}

/** For a saga's effect: waits until no key is being created. */
export async function lockScopesExclusively(change: Change): Promise<void> {
  await change.query(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}::text || current_schema(), 0))`,
  );
}

/** For a creation, first in its change. @throws OutdatedJudgementError */
export async function requireCurrentJudgement(change: Change, judgement: Judgement): Promise<void> {
  await change.query(
    sql`SELECT pg_advisory_xact_lock_shared(hashtextextended(${LOCK}::text || current_schema(), 0))`,
  );
  // Positions of two epochs do not compare; a new one begins with everything being shown to the sagas again.
  const [ahead] = await change.query<{ epoch: string; position: number }>(sql`
    SELECT epoch, position::float8 AS position FROM saga
     WHERE name = ANY(${Object.values(cleanupSagas)}::text[]) AND epoch = ${judgement.epoch ?? ''}
       AND position > ${judgement.position}::float8
     ORDER BY position DESC LIMIT 1`);
  if (ahead !== undefined) throw new OutdatedJudgementError({ epoch: ahead.epoch, sequence: ahead.position });
}

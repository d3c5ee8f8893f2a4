/**
 * Keeps a key from being born into a scope that has just ended. The saga that takes ended teams out of scopes and the creation of a key
 * exclude each other by a lock; and a key is created only if the projection that judged its scope has seen at least what the saga has
 * acted upon. What the saga acts upon later, it finds the key's row.
 */
import { ApiError } from '@px0/service-kit';
import type { Tx } from '../database/db.ts';

/** The projection's position, as far as the guard needs it. */
export interface ProjectionPosition {
  readonly position: number;
  readonly epoch: { readonly epoch: string } | undefined;
}

export const CLEANUP_SAGA = 'identity-api-key-cleanup';
const LOCK = 'px0 identity api key scopes';

/** For a saga's effect: waits until no key is being created. */
export async function lockScopesExclusively(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK} || current_schema(), 0))`;
}

/**
 * For a creation: `judgedAt` is the projection's position before the scope was judged.
 *
 * @throws ApiError serviceUnavailable when the judgement is older than what the saga has acted upon
 */
export async function requireCurrentJudgement(tx: Tx, judgedAt: ProjectionPosition): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${LOCK} || current_schema(), 0))`;
  const [saga] = await tx.$queryRaw<{ epoch: string; position: number }[]>`
    SELECT epoch, position::float8 AS position FROM saga WHERE name = ${CLEANUP_SAGA}`;
  if (saga === undefined || saga.epoch !== judgedAt.epoch?.epoch || saga.position <= judgedAt.position)
    return;
  throw new ApiError('serviceUnavailable', {
    retryAfterSeconds: 1,
    message: 'the projection is behind the cleanup saga',
  });
}

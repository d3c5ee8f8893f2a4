/** Adds an API key under a new secret: what creating and rotating a key have in common. */
import { randomUUID } from 'node:crypto';
import { hashApiKey, newApiKey, prefixOf } from '@px0/access';
import type { Change } from '../changes/mod.ts';
import type { ApiKey } from './api-key.ts';
import { insertApiKey, type NewApiKey } from './store.ts';

/** A key with its secret, which exists in clear here and in the answer only. */
export interface CreatedKey {
  readonly key: ApiKey;
  readonly secret: string;
}

/** Writes a key under a new secret. */
export async function addKey(
  change: Change,
  wanted: Omit<NewApiKey, 'id' | 'keyHash' | 'prefix'>,
): Promise<CreatedKey> {
  const secret = newApiKey();
  const key = await insertApiKey(change, {
    ...wanted,
    id: randomUUID(),
    keyHash: hashApiKey(secret),
    prefix: prefixOf(secret),
  });
  return { key, secret };
}

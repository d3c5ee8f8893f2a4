/** Identity's tables without the service: changes commit for real, and their events are only noted. */
import type { EntityName } from '@px0/contracts';
import { type OwnedEntity, sql } from '@px0/owner';
import { rowsOnly } from '@px0/owner/testing';
import type pg from 'pg';
import { rules } from '../src/changes/mod.ts';

/** `events` gets `put <id>` and `remove <id>`. */
export function notingEvents(pool: pg.Pool, events: string[]) {
  const noted = <Name extends EntityName>({ read, ...entity }: OwnedEntity<Name>): OwnedEntity<Name> => ({
    ...entity,
    read: async (reader, ids) => {
      const states = await read(reader, ids);
      for (const id of ids) events.push(`${states.has(id) ? 'put' : 'remove'} ${id}`);
      return states;
    },
  });
  const { user, apiKey, narrowKey, signingKey } = rules.entities;
  return rowsOnly(pool, {
    ...rules,
    entities: {
      user: noted(user),
      apiKey: noted(apiKey),
      narrowKey: noted(narrowKey),
      signingKey: noted(signingKey),
    },
  });
}

/** What the relay does when NATS has taken the events of all signing keys. */
export async function publishSigningKeys(pool: pg.Pool): Promise<void> {
  await pool.query(sql`
    INSERT INTO outbox (subject, stream, aggregate, ordinal, revision, deleted, changed_at, owed_since, published_revision)
    SELECT subject, 'state', subject, 1, 1, false, now(), now(), 1
      FROM (SELECT 'px0.state.identity.signing-key.' || kid AS subject FROM signing_keys) keys
        ON CONFLICT (subject) DO UPDATE SET published_revision = outbox.revision`);
}

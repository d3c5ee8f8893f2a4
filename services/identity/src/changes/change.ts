/**
 * One change: a transaction in which rows, their events and the audit entries are written together, so that no row is written
 * without the event that tells the other services.
 */
import type { ApiKeyId, EntityName, OrganizationId, StateOf, UserId } from '@px0/contracts';
import type { SqlTransaction } from '@px0/event-bus';
import type { Tx } from '../database/db.ts';
import type { AuditAction } from './audit-action.ts';

/** The part of the outbox that a change writes to. */
export interface EventWriter {
  put<N extends EntityName>(tx: SqlTransaction, name: N, id: string, state: StateOf<N>): Promise<number>;
  remove(tx: SqlTransaction, name: EntityName, id: string): Promise<number>;
}

export interface AuditNote {
  readonly action: AuditAction;
  /** The account concerned, when it is about one. */
  readonly userId?: UserId;
  /** Who did it; absent when the system did. */
  readonly actorId?: UserId;
  readonly orgId?: OrganizationId;
  readonly apiKeyId?: ApiKeyId;
  /** Ids and numbers only: never an address, a code or a name of a person. */
  readonly details?: { readonly [name: string]: string };
}

export class Change {
  readonly tx: Tx;
  readonly #events: EventWriter;

  constructor(tx: Tx, events: EventWriter) {
    this.tx = tx;
    this.#events = events;
  }

  /** Says the entity's new state to everybody, once the change is committed. */
  async put<N extends EntityName>(name: N, id: string, state: StateOf<N>): Promise<void> {
    await this.#events.put(this.tx, name, id, state);
  }

  /** Says that the entity is gone. */
  async remove(name: EntityName, id: string): Promise<void> {
    await this.#events.remove(this.tx, name, id);
  }

  /** Writes down who did what. It is kept if, and only if, the change is. */
  async audit({ action, userId, actorId, orgId, apiKeyId, details }: AuditNote): Promise<void> {
    await this.tx.$executeRaw`
      INSERT INTO audit_entries (action, user_id, actor_id, org_id, api_key_id, details)
      VALUES (${action}, ${userId ?? null}::uuid, ${actorId ?? null}::uuid, ${orgId ?? null}::uuid,
              ${apiKeyId ?? null}::uuid, ${JSON.stringify(details ?? {})}::jsonb)`;
  }
}

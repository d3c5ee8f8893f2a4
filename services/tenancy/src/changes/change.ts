/**
 * One change: a transaction in which rows, their events and the audit entries are written together. Stores write through it,
 * so that no row can be written without the event that tells the other services.
 */
import type { EntityName, OrganizationId, StateOf, TeamId, UserId } from '@px0/contracts';
import type { SqlTransaction } from '@px0/event-bus';
import type { Actor } from '../authority/mod.ts';
import type { Tx } from '../database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { AuditAction } from './audit-action.ts';

/** The part of the outbox that a change writes to. */
export interface EventWriter {
  put<N extends EntityName>(tx: SqlTransaction, name: N, id: string, state: StateOf<N>): Promise<number>;
  remove(tx: SqlTransaction, name: EntityName, id: string): Promise<number>;
}

/** An audit entry without what the change itself knows: who, and when. */
export interface AuditNote {
  readonly action: AuditAction;
  readonly orgId: OrganizationId;
  readonly teamId?: TeamId;
  /** The person concerned, when it is about one. */
  readonly userId?: UserId;
  readonly details?: { readonly [name: string]: string };
}

export class Change {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly #events: EventWriter;

  constructor(tx: Tx, actor: Actor, events: EventWriter) {
    this.tx = tx;
    this.actor = actor;
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
  async audit(note: AuditNote): Promise<void> {
    await this.tx.auditEntry.create({
      data: {
        action: note.action,
        orgId: note.orgId,
        teamId: note.teamId ?? null,
        userId: note.userId ?? null,
        details: { ...note.details },
        ...actorColumns(this.actor),
      },
      select: { id: true },
    });
  }
}

function actorColumns(
  actor: Actor,
): Pick<Prisma.AuditEntryCreateInput, 'actorKind' | 'actorId' | 'apiKeyId'> {
  if (actor.kind === 'system') return { actorKind: 'system' };
  const { principal, userId } = actor;
  return principal.kind === 'session'
    ? { actorKind: 'user', actorId: userId }
    : { actorKind: 'api-key', actorId: userId, apiKeyId: principal.keyId };
}

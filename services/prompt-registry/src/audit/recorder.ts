/** Writes the audit log: each entry commits or falls with the change that it tells of. */
import type { Principal } from '@px0/access';
import type { PromptId, TeamId } from '@px0/contracts';
import type { Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';

/** What can happen to a prompt and what belongs to it. The words are part of the API of the log. */
export type AuditAction =
  | 'prompt.created'
  | 'prompt.updated'
  | 'prompt.archived'
  | 'prompt.restored'
  | 'prompt.moved_out'
  | 'prompt.moved_in'
  | 'version.created'
  | 'version.updated'
  | 'version.deleted'
  | 'version.promoted'
  | 'version.demoted'
  | 'version.archived'
  | 'version.duplicated'
  | 'tag.set'
  | 'tag.removed'
  | 'payload.created'
  | 'payload.updated'
  | 'payload.deleted';

export interface AuditRecord {
  readonly promptId: PromptId;
  readonly teamId: TeamId;
  readonly action: AuditAction;
  readonly version?: number | undefined;
  /** From what to what, in the wire's words. Never a template's or a payload's content: those have their own permissions to be deleted. */
  readonly detail?: Readonly<Record<string, string | number | null>> | undefined;
}

export class AuditRecorder {
  /** Appends entries for what `principal` did. */
  async record(tx: Tx, principal: Principal, ...records: readonly AuditRecord[]): Promise<void> {
    const actor = actorOf(principal);
    const rows = records.map(
      ({ promptId, teamId, action, version, detail }) => Prisma.sql`(
        ${promptId}::uuid, ${teamId}::uuid, ${actor.kind}, ${actor.id}::uuid, ${action}, ${version ?? null}::int,
        ${JSON.stringify(detail ?? {})}::jsonb)`,
    );
    if (rows.length === 0) return;
    await tx.$executeRaw`
      insert into audit_entries (prompt_id, team_id, actor_kind, actor_id, action, version, detail)
      values ${Prisma.join(rows)}`;
  }
}

interface Actor {
  readonly kind: 'user' | 'api-key';
  readonly id: string;
}

function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case 'session':
      return { kind: 'user', id: principal.userId };
    case 'api-key':
      return { kind: 'api-key', id: principal.keyId };
    case 'anonymous':
      throw new Error('nobody writes without a credential');
  }
}

/**
 * The frame of every write to one prompt: its row is locked, the gate is judged on the locked row (so a concurrent move cannot let a
 * stale permission through), and change, audit entry and event commit together.
 */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { AuditAction, AuditRecord, AuditRecorder } from '../audit/mod.ts';
import type { Transactions, Tx } from '../database/db.ts';
import { KeyedQueue } from '../database/keyed-queue.ts';
import { editGate, type Gate, type TeamAccess } from '../gates/mod.ts';
import type { PromptPublisher } from './prompt-event.ts';
import type { PromptRow } from './prompt-row.ts';
import type { PromptStore } from './store.ts';

/** An open change of a prompt. */
export interface PromptChange {
  readonly tx: Tx;
  /** The locked row, as it was before the change. */
  readonly prompt: PromptRow;
  /** Appends to the audit log. */
  record(action: AuditAction, facts?: Pick<AuditRecord, 'version' | 'detail'>): Promise<void>;
  /** Publishes the prompt's state as it is now. Last in the change; not needed for what the event does not carry. */
  publish(): Promise<void>;
}

export interface PromptChangesDependencies {
  readonly transactions: Transactions;
  readonly access: TeamAccess;
  readonly store: PromptStore;
  readonly publisher: PromptPublisher;
  readonly audit: AuditRecorder;
}

export class PromptChanges {
  readonly #deps: PromptChangesDependencies;
  readonly #queue = new KeyedQueue();

  constructor(deps: PromptChangesDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, and what `work` throws; nothing is written then */
  edit<T>(principal: Principal, promptId: PromptId, work: (change: PromptChange) => Promise<T>): Promise<T> {
    return this.change(principal, promptId, editGate, work);
  }

  /** As `edit`, with a gate of the caller's choice. */
  change<T>(
    principal: Principal,
    promptId: PromptId,
    gate: Gate,
    work: (change: PromptChange) => Promise<T>,
  ): Promise<T> {
    const { transactions, access, store, publisher, audit } = this.#deps;
    const attempt = () =>
      transactions.run(async (tx) => {
        const prompt = gate(access, principal, await store.lock(tx, promptId));
        return work({
          tx,
          prompt,
          record: (action, facts) =>
            audit.record(tx, principal, { promptId, teamId: prompt.teamId, action, ...facts }),
          publish: () => publisher.changed(tx, promptId),
        });
      });
    return this.#queue.run(promptId, attempt);
  }
}

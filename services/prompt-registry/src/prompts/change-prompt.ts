/** Updates, archives, restores and moves a prompt. */
import type { Principal } from '@px0/access';
import { type PromptId, parseUuid, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { AuditRecorder } from '../audit/mod.ts';
import { sqlState, type Transactions } from '../database/db.ts';
import { adminGate, readGate, requireEditor, sees, type TeamAccess } from '../gates/mod.ts';
import { requireDescription } from './create-prompt.ts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptPublisher } from './prompt-event.ts';
import type { PromptRow } from './prompt-row.ts';
import type { PromptStore } from './store.ts';

const UNIQUE_VIOLATION = '23505';

export interface ChangePromptDependencies {
  readonly changes: PromptChanges;
  readonly transactions: Transactions;
  readonly access: TeamAccess;
  readonly store: PromptStore;
  readonly publisher: PromptPublisher;
  readonly audit: AuditRecorder;
}

export class ChangePrompt {
  readonly #deps: ChangePromptDependencies;

  constructor(deps: ChangePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * Replaces the description; an absent one becomes empty. The body is judged before the role, as the contract has it.
   *
   * @throws ApiError promptNotFound, what `readInput` throws, descriptionTooLong, forbidden
   */
  describe(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly description?: string },
  ): Promise<PromptRow> {
    const { changes, access, store } = this.#deps;
    return changes.change(principal, promptId, readGate, async ({ tx, prompt, record, publish }) => {
      const { description = '' } = readInput();
      requireDescription(description);
      requireEditor(access, principal, prompt.teamId);
      const described = await store.describe(tx, prompt, description);
      await record('prompt.updated');
      await publish();
      return described;
    });
  }

  /** Repeating it is a success that changes nothing. @throws ApiError promptNotFound, forbidden */
  archive(principal: Principal, promptId: PromptId): Promise<PromptRow> {
    return this.#setStatus(principal, promptId, 'archived');
  }

  /** Repeating it is a success that changes nothing. @throws ApiError promptNotFound, forbidden */
  restore(principal: Principal, promptId: PromptId): Promise<PromptRow> {
    return this.#setStatus(principal, promptId, 'active');
  }

  #setStatus(principal: Principal, promptId: PromptId, status: PromptRow['status']): Promise<PromptRow> {
    const { changes, store } = this.#deps;
    return changes.change(principal, promptId, adminGate, async ({ tx, prompt, record, publish }) => {
      if (prompt.status === status) return prompt;
      const changed = await store.setStatus(tx, promptId, status);
      await record(status === 'archived' ? 'prompt.archived' : 'prompt.restored', {
        detail: { from: prompt.status, to: status },
      });
      await publish();
      return changed;
    });
  }

  /**
   * Moves a prompt with all that belongs to it. Needs the administrator's right on both teams.
   *
   * @throws ApiError what `readInput` throws, invalidTargetTeamId, unauthorized (a `read_render` key), targetTeamNotFound,
   * promptNotFound, forbidden, promptAlreadyExists
   */
  async move(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly team_id?: string },
  ): Promise<PromptRow> {
    const { access, transactions, store, publisher, audit } = this.#deps;
    const targetId = parseUuid(readInput().team_id ?? '');
    if (targetId === undefined) throw new ApiError('invalidTargetTeamId');
    if (principal.kind === 'api-key' && principal.operation === 'read_render')
      throw new ApiError('unauthorized');
    if (!sees(access, principal, targetId)) throw new ApiError('targetTeamNotFound');
    try {
      return await transactions.run(async (tx) => {
        if (await store.isTeamDeleted(tx, targetId)) throw new ApiError('targetTeamNotFound');
        const prompt = await store.lock(tx, promptId);
        if (prompt === undefined || !sees(access, principal, prompt.teamId))
          throw new ApiError('promptNotFound');
        if (!mayMove(access, principal, prompt.teamId) || !mayMove(access, principal, targetId)) {
          throw new ApiError('forbidden');
        }
        const moved = await store.move(tx, promptId, targetId);
        if (moved === undefined) throw new ApiError('promptAlreadyExists');
        await audit.record(tx, principal, ...moveRecords(promptId, prompt.teamId, targetId));
        await publisher.changed(tx, promptId);
        return moved;
      });
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) throw new ApiError('promptAlreadyExists', { cause: error });
      throw error;
    }
  }
}

/** Sessions by A; keys `all` and `admin` by their scope, whoever created them, so a key never reaches beyond it. */
function mayMove(access: TeamAccess, principal: Principal, teamId: TeamId): boolean {
  return principal.kind === 'api-key'
    ? access.reads(principal, teamId)
    : access.administers(principal, teamId);
}

/** One entry in each team's log: who reads only one of them sees the prompt leave or arrive. */
function moveRecords(promptId: PromptId, from: TeamId, to: TeamId) {
  const detail = { from, to };
  return [
    { promptId, teamId: from, action: 'prompt.moved_out' as const, detail },
    { promptId, teamId: to, action: 'prompt.moved_in' as const, detail },
  ];
}

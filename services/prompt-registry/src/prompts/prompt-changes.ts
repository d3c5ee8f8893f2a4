/**
 * Opens changes of one prompt: its row is locked and the caller is judged on the locked row, so a concurrent move cannot let a stale
 * permission through. Writers of a prompt wait for each other in a queue, not with a connection each.
 * See docs/decisions/060-row-locks.md.
 */
import type { AccessProjection, Action, Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { EventTooLargeError } from '@px0/event-bus';
import { ApiError } from '@px0/service-kit';
import { type AuditNote, actorOf, type Change, type Changes } from '../changes/mod.ts';
import { allowedPrompt } from './allowed-prompt.ts';
import { gatherContent } from './content-store.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { PromptRow } from './prompt-row.ts';
import { lockPrompt } from './store.ts';

/** An open change of a prompt. */
export interface PromptChange {
  readonly change: Change;
  /** The locked row, as it was before the change. */
  readonly prompt: PromptRow;
  /** Whose change it is. */
  readonly principal: Principal;
  /** Appends to the audit log of the prompt's team. */
  record(
    action: AuditNote['action'],
    facts?: Pick<AuditNote, 'version' | 'detail' | 'text' | 'changeRequestId'>,
  ): Promise<void>;
}

/** Judges the caller on the locked row, undefined when there is none; returns the row or throws the refusal. */
export type Gate = (prompt: PromptRow | undefined, change: Change) => PromptRow | Promise<PromptRow>;

export interface PromptChangesDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
  /** Called after the work on a prompt that has open change requests, in the same transaction. */
  readonly settle?: ((change: Change, promptId: PromptId) => Promise<void>) | undefined;
}

export class PromptChanges {
  readonly #deps: PromptChangesDependencies;
  readonly #queue = new KeyedQueue();

  constructor(deps: PromptChangesDependencies) {
    this.#deps = deps;
  }

  /**
   * Runs `work` when the role matrix allows the action. `work` may run again after a deadlock.
   *
   * @throws ApiError promptNotFound, forbidden, tooManyVersionsOrTags, serviceUnavailable, and what `work` throws; nothing is written then
   */
  make<T>(
    principal: Principal,
    action: Action,
    promptId: PromptId,
    work: (change: PromptChange) => Promise<T>,
  ): Promise<T> {
    const { access } = this.#deps;
    const gate: Gate = (prompt) => allowedPrompt(access, principal, action, prompt);
    return this.makeThrough(gate, principal, promptId, work);
  }

  /** As `make`, with a gate of the caller's own. */
  makeThrough<T>(
    gate: Gate,
    principal: Principal,
    promptId: PromptId,
    work: (change: PromptChange) => Promise<T>,
  ): Promise<T> {
    const attempt = async (change: Change): Promise<T> => {
      const prompt = await gate(await lockPrompt(change, promptId), change);
      const { teamId } = prompt;
      let leaves = false;
      const result = await work({
        change,
        prompt,
        principal,
        record: (action, facts) => {
          leaves ||= LEAVING.has(action);
          return change.audit({ promptId, teamId, action, ...facts });
        },
      });
      if (leaves) await gatherContent(change, promptId);
      if (prompt.openChangeRequests > 0) await this.#deps.settle?.(change, promptId);
      return result;
    };
    return this.#queue.run(promptId, () =>
      refusingTooLarge(this.#deps.changes.make(actorOf(principal), attempt)),
    );
  }
}

/** After these, a search may have to look into a version that the change did not touch. What writes a version's content sets its words itself. */
const LEAVING: ReadonlySet<AuditNote['action']> = new Set([
  'version.deleted',
  'version.demoted',
  'version.archived',
]);

/** The stream carries a prompt with about 100,000 versions or tags, and no more. */
async function refusingTooLarge<T>(making: Promise<T>): Promise<T> {
  try {
    return await making;
  } catch (error) {
    if (error instanceof EventTooLargeError) throw new ApiError('tooManyVersionsOrTags', { cause: error });
    throw error;
  }
}

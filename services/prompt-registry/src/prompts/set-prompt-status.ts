/** Archives and restores prompts. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { type Basis, direct, type PolicyGate, type Transition } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { setStatus } from './store.ts';

export interface SetPromptStatusDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

/** Among prompts with the same slug an active one wins, so archiving one may change what its callers get. */
const operations = {
  archived: {
    action: 'archivePrompt',
    noted: 'prompt.archived',
    kind: 'archive_prompt',
    transitions: ['archive', 'live', 'tag'] satisfies Transition[],
  },
  active: {
    action: 'restorePrompt',
    noted: 'prompt.restored',
    kind: 'restore_prompt',
    transitions: ['archive'] satisfies Transition[],
  },
} as const;

export class SetPromptStatus {
  readonly #deps: SetPromptStatusDependencies;

  constructor(deps: SetPromptStatusDependencies) {
    this.#deps = deps;
  }

  /** Repeating it succeeds and changes nothing. @throws ApiError promptNotFound, forbidden, what the gate throws */
  run(
    principal: Principal,
    promptId: PromptId,
    status: PromptRow['status'],
    basis: Basis = direct,
  ): Promise<PromptRow> {
    const { action } = operations[status];
    return this.#deps.changes.make(principal, action, promptId, (open) => this.within(open, status, basis));
  }

  /** The same within a change that is open, whose caller was judged. @throws ApiError what the gate throws */
  async within(open: PromptChange, status: PromptRow['status'], basis: Basis): Promise<PromptRow> {
    const { change, prompt, record } = open;
    if (prompt.status === status) return prompt;
    const { noted, kind, transitions } = operations[status];
    const permit = await this.#deps.gate.permit(open, { transitions, proposal: { kind } }, basis);
    const changed = await setStatus(change, prompt.id, status, permit);
    await record(noted, { detail: { from: prompt.status, to: status } });
    return changed;
  }
}

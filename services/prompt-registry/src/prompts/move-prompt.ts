/** Moves a prompt, with all that belongs to it, to another team. */
import { type AccessProjection, callerKind, factsFor, moveRefusal, type Principal } from '@px0/access';
import { type PromptId, parseUuid, type TeamId } from '@px0/contracts';
import { isUniqueViolation } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { AuditNote, Change } from '../changes/mod.ts';
import type { PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { setTeam } from './store.ts';
import { isTeamDeleted } from './team-lock.ts';

export interface MovePromptDependencies {
  readonly changes: PromptChanges;
  readonly access: AccessProjection;
}

export class MovePrompt {
  readonly #deps: MovePromptDependencies;

  constructor(deps: MovePromptDependencies) {
    this.#deps = deps;
  }

  /**
   * Needs the administrator's right on both teams.
   *
   * @throws ApiError what `readInput` throws, invalidTargetTeamId, unauthorized (a `read_render` key), targetTeamNotFound,
   * promptNotFound, forbidden, promptAlreadyExists
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly team_id?: string },
  ): Promise<PromptRow> {
    const targetId = parseUuid(readInput().team_id ?? '');
    if (targetId === undefined) throw new ApiError('invalidTargetTeamId');
    const gate = (prompt: PromptRow | undefined, change: Change) =>
      this.#judge(principal, prompt, targetId, change);
    try {
      return await this.#deps.changes.makeThrough(gate, principal, promptId, async ({ change, prompt }) => {
        const moved = await setTeam(change, promptId, targetId);
        if (moved === undefined) throw new ApiError('promptAlreadyExists');
        await change.audit(...moveNotes(promptId, prompt.teamId, targetId));
        return moved;
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('promptAlreadyExists', { cause: error });
      throw error;
    }
  }

  async #judge(
    principal: Principal,
    prompt: PromptRow | undefined,
    targetId: TeamId,
    change: Change,
  ): Promise<PromptRow> {
    const { access } = this.#deps;
    const facts = (teamId: TeamId) => factsFor(access, principal, { teamId });
    const source = prompt === undefined ? undefined : facts(prompt.teamId);
    // The projection may not have heard yet of a deletion that this registry has already carried out.
    const target = (await isTeamDeleted(change, targetId)) ? undefined : facts(targetId);
    const refusal = moveRefusal(callerKind(principal), source, target);
    if (refusal !== undefined) throw new ApiError(refusal);
    if (prompt === undefined) throw new ApiError('promptNotFound');
    return prompt;
  }
}

/** One entry in each team's log: a reader of only one of them sees the prompt leave or arrive. */
function moveNotes(promptId: PromptId, from: TeamId, to: TeamId): AuditNote[] {
  const detail = { from, to };
  return [
    { promptId, teamId: from, action: 'prompt.moved_out', detail },
    { promptId, teamId: to, action: 'prompt.moved_in', detail },
  ];
}

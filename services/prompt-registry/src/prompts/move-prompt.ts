/** Moves a prompt, with all that belongs to it, to another team. */
import { type AccessProjection, callerKind, factsFor, moveRefusal, type Principal } from '@px0/access';
import { type PromptId, parseUuid, type TeamId } from '@px0/contracts';
import { isUniqueViolation } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { AuditNote, Change } from '../changes/mod.ts';
import { seesSlug } from '../limits/mod.ts';
import { type Basis, direct, type Judgement, type PolicyGate, type Transition } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from './prompt-changes.ts';
import type { PromptRow } from './prompt-row.ts';
import { isTaken, reachedOf, setTeam } from './store.ts';
import { isTeamDeleted } from './team-lock.ts';

export interface MovePromptDependencies {
  readonly changes: PromptChanges;
  readonly access: AccessProjection;
  readonly gate: PolicyGate;
}

export interface MoveOptions {
  readonly basis?: Basis;
  /** Ends the renders that a policy asks for when nobody waits for them any more. */
  readonly signal?: AbortSignal;
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
   * promptNotFound, forbidden, promptAlreadyExists, what the gate throws, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => { readonly team_id?: string },
    { basis = direct, signal = new AbortController().signal }: MoveOptions = {},
  ): Promise<PromptRow> {
    const targetId = parseUuid(readInput().team_id ?? '');
    if (targetId === undefined) throw new ApiError('invalidTargetTeamId');
    const { changes, gate } = this.#deps;
    try {
      return await gate.judging(signal, (judgement) =>
        changes.makeThrough(this.judgeOf(principal, targetId), principal, promptId, (open) =>
          this.within(open, targetId, basis, judgement),
        ),
      );
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('promptAlreadyExists', { cause: error });
      throw error;
    }
  }

  /** Judges the caller on both teams: the gate with which the change is opened. */
  judgeOf(principal: Principal, targetId: TeamId) {
    return (prompt: PromptRow | undefined, change: Change): Promise<PromptRow> =>
      this.#judge(principal, prompt, targetId, change);
  }

  /**
   * The same within a change that is open, whose caller was judged. It obeys the policies of both teams.
   *
   * @throws ApiError promptAlreadyExists, what the gate throws
   */
  async within(
    open: PromptChange,
    targetId: TeamId,
    basis: Basis,
    judgement: Judgement | undefined,
  ): Promise<PromptRow> {
    const { change, prompt } = open;
    if (await isTaken(change, prompt, targetId)) throw new ApiError('promptAlreadyExists');
    const { live, tags } = await reachedOf(change, prompt.id);
    const arrival: Transition[] = [
      ...(live === null ? [] : ['live' as const]),
      ...(tags.length === 0 ? [] : ['tag' as const]),
    ];
    const permit = await this.#deps.gate.permit(
      open,
      [
        { transitions: ['move', 'live', 'tag'], proposal: { kind: 'move_prompt', team_id: targetId } },
        { transitions: arrival, tags, teamId: targetId, judgement, ...(live !== null && { version: live }) },
      ],
      basis,
    );
    const moved = await setTeam(change, prompt.id, targetId, permit);
    if (moved === undefined) throw new ApiError('promptAlreadyExists');
    await change.audit(...moveNotes(prompt.id, prompt.teamId, targetId));
    return moved;
  }

  async #judge(
    principal: Principal,
    prompt: PromptRow | undefined,
    targetId: TeamId,
    change: Change,
  ): Promise<PromptRow> {
    const { access } = this.#deps;
    const facts = (teamId: TeamId) => factsFor(access, principal, { teamId });
    const isSeen = prompt !== undefined && seesSlug(principal, prompt.slug);
    const source = isSeen ? facts(prompt.teamId) : undefined;
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

/** The commands that make changes, by the kind of the change that is proposed. */
import type { Action, Principal } from '@px0/access';
import { givenBefore } from '../assertions/mod.ts';
import type { payloadCommands } from '../payloads/mod.ts';
import type { Basis, Judgement } from '../policies/mod.ts';
import type { MovePrompt, PromptChange, SetPromptStatus } from '../prompts/mod.ts';
import type { RemoveTag, SetTag } from '../tags/mod.ts';
import { requireVersion, type TransitionVersion, type VersionRow } from '../versions/mod.ts';
import { type ProposedChange, readSet } from './proposed-change.ts';

/** What also makes the change when nobody proposed it. */
export interface ChangeCommands {
  readonly transition: TransitionVersion;
  readonly tags: { readonly set: SetTag; readonly remove: RemoveTag };
  readonly prompts: { readonly setStatus: SetPromptStatus; readonly move: MovePrompt };
  readonly payloads: Pick<ReturnType<typeof payloadCommands>, 'create' | 'update' | 'delete'>;
}

/** What speaks for the change, and what is known of how the version renders. */
export interface Grounds {
  readonly basis: Basis;
  readonly judgement: Judgement | undefined;
}

const actions = {
  promote: 'promoteVersion',
  demote: 'demoteVersion',
  archive_version: 'archiveVersion',
  set_tag: 'setVersionTag',
  remove_tag: 'removeVersionTag',
  archive_prompt: 'archivePrompt',
  restore_prompt: 'restorePrompt',
  payload: 'updatePromptPayload',
} as const satisfies Record<Exclude<ProposedChange['kind'], 'move_prompt'>, Action>;

/** The right that making the change needs. A move needs one on both sides. */
export function actionOf({ kind }: Exclude<ProposedChange, { kind: 'move_prompt' }>): Action {
  return actions[kind];
}

export class PerformChange {
  readonly #commands: ChangeCommands;

  constructor(commands: ChangeCommands) {
    this.#commands = commands;
  }

  /** Makes the change within one that is open. The version as it is then, if the change is about one. @throws what the commands throw */
  async run(
    principal: Principal,
    open: PromptChange,
    change: ProposedChange,
    { basis, judgement }: Grounds,
  ): Promise<VersionRow | undefined> {
    const { transition, tags, prompts, payloads } = this.#commands;
    switch (change.kind) {
      case 'promote':
        return this.#promote(open, change, { basis, judgement });
      case 'demote':
        return transition.within(open, String(change.version), 'demote', { basis });
      case 'archive_version':
        return transition.within(open, String(change.version), 'archive', { basis });
      case 'set_tag':
        return tags.set.within(open, String(change.version), change.tag, basis, judgement);
      case 'remove_tag':
        await tags.remove.within(open, change.tag, basis);
        return undefined;
      case 'archive_prompt':
        await prompts.setStatus.within(open, 'archived', basis);
        return undefined;
      case 'restore_prompt':
        await prompts.setStatus.within(open, 'active', basis);
        return undefined;
      case 'move_prompt':
        await prompts.move.judgeOf(principal, change.team_id)(open.prompt, open.change);
        await prompts.move.within(open, change.team_id, basis, judgement);
        return undefined;
      case 'payload': {
        const { payload_id: id, set } = change;
        const input = givenBefore(readSet(set ?? {}) ?? {});
        if (id === null) await payloads.create.within(open, input, basis);
        else if (set === null) await payloads.delete.within(open, id, basis);
        else await payloads.update.within(open, id, input, basis);
        return undefined;
      }
    }
  }

  /** A draft that is to go live is stable for as long as the change is open: the policies of both apply. */
  async #promote(
    open: PromptChange,
    { version: number, to }: Extract<ProposedChange, { kind: 'promote' }>,
    grounds: Grounds,
  ): Promise<VersionRow> {
    const ref = String(number);
    const before = await requireVersion(open.change, open.prompt.id, { kind: 'number', number });
    // It is stable already; promoting it would make it live.
    if (before.status === to) return before;
    const promoted = await this.#commands.transition.within(open, ref, 'promote', grounds);
    if (promoted.status === to) return promoted;
    return this.#commands.transition.within(open, ref, 'promote', grounds);
  }
}

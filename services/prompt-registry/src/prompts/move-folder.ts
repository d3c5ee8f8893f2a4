/**
 * Moves a folder, with all that is below it, to another path: all of its prompts or none.
 * See docs/decisions/168-folders-and-notes.md.
 */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type AuditNote, actorOf, type Changes } from '../changes/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import { isWithin, movedDetail, movedFolder, requireFolder } from './folder.ts';
import { lockFolder, type PromptInFolder, setFolders } from './folder-store.ts';
import { KeyedQueue } from './keyed-queue.ts';

export interface MoveFolderDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly gate: PolicyGate;
}

const MOST_PROMPTS = 5_000;

export class MoveFolder {
  readonly #deps: MoveFolderDependencies;
  /** By team: movers of one team wait for each other here, not with a connection each. */
  readonly #queue = new KeyedQueue();

  constructor(deps: MoveFolderDependencies) {
    this.#deps = deps;
  }

  /**
   * The number of prompts that were moved. An empty `to` takes them out of the folder `from`; a folder that exists there already
   * takes them in.
   *
   * @throws ApiError forbidden, what `readInput` throws, invalidFolder (also for a move into itself, and for paths that would become
   * too long or too deep), folderTooLarge, changeRequestRequired, serviceUnavailable
   */
  run(
    principal: Principal,
    teamId: TeamId,
    readInput: () => { readonly from?: string; readonly to?: string },
  ): Promise<number> {
    const { changes, access, gate } = this.#deps;
    requireAllowedOn(access, principal, 'moveFolder', { teamId });
    const { from = '', to } = readInput();
    // A request that forgot its target would take everything out.
    if (from === '' || to === undefined || isWithin(requireFolder(to), requireFolder(from)))
      throw new ApiError('invalidFolder');
    return this.#queue.run(teamId, () =>
      changes.make(actorOf(principal), async (change) => {
        const prompts = await lockFolder(change, teamId, from, MOST_PROMPTS + 1);
        if (prompts.length > MOST_PROMPTS) throw new ApiError('folderTooLarge');
        if (prompts.length === 0) return 0;
        const moves = prompts.map((prompt) => ({ prompt, to: movedFolder(prompt.folder, from, to) }));
        const permit = await gate.permitFolders(
          change,
          teamId,
          moves.map(({ prompt, to: newFolder }) => ({ ...prompt, newFolder })),
        );
        await setFolders(
          change,
          moves.map((move) => ({ id: move.prompt.id, folder: move.to })),
          permit,
        );
        await change.audit(...moves.map((move) => noteOf(teamId, move.prompt, move.to)));
        return moves.length;
      }),
    );
  }
}

function noteOf(teamId: TeamId, { id, folder }: PromptInFolder, to: string): AuditNote {
  return { promptId: id, teamId, action: 'prompt.patched', detail: movedDetail(folder, to) };
}

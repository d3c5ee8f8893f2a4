/** Lists the folders of a team, as a console's tree needs them. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenSlugs } from '../limits/mod.ts';
import { type FolderRow, folders } from './folder-store.ts';

export interface ListFoldersDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

const MOST_FOLDERS = 10_000;

export class ListFolders {
  readonly #deps: ListFoldersDependencies;

  constructor(deps: ListFoldersDependencies) {
    this.#deps = deps;
  }

  /** Archived prompts count, too: they are in their folders. @throws ApiError forbidden */
  run(principal: Principal, teamId: TeamId): Promise<FolderRow[]> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listFolders', { teamId });
    return folders(reader, teamId, MOST_FOLDERS, seenSlugs(principal));
  }
}

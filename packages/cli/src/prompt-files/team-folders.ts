/** Whether prompts of a team are in folders: files at the root then take theirs out of them. */
import { NotFoundError } from '@px0/sdk';
import type { PromptsApi } from '@px0/sdk/api';

/** False for a px0 of the release before, which has no folders. */
export async function hasFolders(api: PromptsApi, team: string): Promise<boolean> {
  try {
    return (await api.listFolders(team)).folders.length > 0;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

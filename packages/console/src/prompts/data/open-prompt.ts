/** Loads a prompt for a page about it. */
import type { QueryClient } from '@tanstack/react-query';
import { enterTeam } from '../../workspace/mod.ts';
import { withVisit } from './kept-lists.ts';
import { changeKept } from './kept-prompts.ts';
import { promptReading } from './readings.ts';

/**
 * Also makes its organization the current one, since a link may lead to another, and remembers the visit.
 *
 * @param isAhead whether the user only points at a link
 */
export async function openPrompt(
  queryClient: QueryClient,
  promptId: string,
  isAhead: boolean,
): Promise<void> {
  const { prompt } = await queryClient.ensureQueryData(promptReading(promptId));
  if (isAhead) return;
  changeKept((kept) => withVisit(kept, { id: prompt.id, teamId: prompt.team_id }));
  await enterTeam(queryClient, prompt.team_id);
}

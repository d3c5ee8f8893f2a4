/** Saves prompts as the files that `POST /v1/teams/{teamID}/import` takes, one for each team. */
import type { Wire } from '@px0/contracts';
import { api } from '../api/mod.ts';
import { saveFile } from '../ui/mod.ts';
import { slugGroups } from './bulk.ts';

export async function exportPrompts(
  prompts: readonly Wire<'Prompt'>[],
  teamName: (id: string) => string,
): Promise<void> {
  for (const [teamId, own] of Map.groupBy(prompts, ({ team_id }) => team_id)) {
    const groups = slugGroups(own.map(({ slug }) => slug));
    for (const [at, slugs] of groups.entries()) {
      // As it was sent: what is parsed here would lose digits.
      const { text } = await api.text('exportPrompts', { params: { teamID: teamId }, query: { slugs } });
      const part = groups.length === 1 ? '' : `-${at + 1}`;
      saveFile(`${fileName(teamName(teamId))}-prompts${part}.json`, [text], 'application/json');
    }
  }
}

function fileName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '')
      .toLowerCase() || 'team'
  );
}

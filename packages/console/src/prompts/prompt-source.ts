/** Finds prompts for the command palette, with the same search as the list. */
import { useNavigate } from '@tanstack/react-router';
import { FileText } from 'lucide-react';
import { api } from '../api/mod.ts';
import { type Command, useCommandSource } from '../commands/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';

/** Per team. A palette is for jumping to a known prompt, not for browsing. */
const MOST_OF_A_TEAM = 5;

export function usePromptSource(): void {
  const navigate = useNavigate();
  const { myTeams } = useWorkspace();
  useCommandSource({
    id: 'prompts',
    search: async (text, signal): Promise<readonly Command[]> => {
      if (text === '') return [];
      const query = { q: text, status: 'active', limit: MOST_OF_A_TEAM };
      const found = await Promise.all(
        myTeams.map(({ id }) => api.call('listPrompts', { params: { teamID: id }, query, signal })),
      );
      return found
        .flatMap(({ prompts }) => prompts)
        .map(({ id, name, slug }) => ({
          id: `prompt-${id}`,
          group: 'Prompts',
          label: name,
          keywords: slug,
          icon: FileText,
          run: () => navigate({ to: '/prompts/$promptId', params: { promptId: id } }),
        }));
    },
  });
}

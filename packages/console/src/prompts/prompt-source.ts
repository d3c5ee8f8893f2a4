/** Finds prompts for the command palette, with the same search as the list, and suggests favourites and those opened last. */
import type { Wire } from '@px0/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { Clock, FileText, type LucideIcon, Star } from 'lucide-react';
import { api, isApiError } from '../api/mod.ts';
import { type Command, useCommandSource } from '../commands/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';
import { type KeptPrompt, withoutPrompt } from './data/kept-lists.ts';
import { changeKept, keptPrompts } from './data/kept-prompts.ts';
import { promptReading } from './data/readings.ts';

/** Per team. A palette is for jumping to a known prompt, not for browsing. */
const MOST_OF_A_TEAM = 5;
const MOST_FAVOURITES = 8;
const MOST_RECENT = 5;

type Prompt = Wire<'Prompt'>;

export function usePromptSource(): void {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { myTeams } = useWorkspace();
  const { pathname } = useLocation();
  const asCommand = ({ id, name, slug, team_id }: Prompt, group: string, icon: LucideIcon): Command => ({
    id: `prompt-${id}`,
    group,
    label: name,
    hint: myTeams.length > 1 ? myTeams.find((team) => team.id === team_id)?.name : undefined,
    keywords: slug,
    icon,
    run: () => navigate({ to: '/prompts/$promptId', params: { promptId: id } }),
  });
  /** The prompts that still exist, in the same order. */
  const read = async (kept: readonly KeptPrompt[]): Promise<readonly Prompt[]> => {
    const prompts = await Promise.all(
      kept.map(({ id }) =>
        queryClient.ensureQueryData({ ...promptReading(id), retry: false }).then(
          (reply) => [reply.prompt],
          (error: unknown) => {
            if (isApiError(error, 'promptNotFound')) changeKept((all) => withoutPrompt(all, id));
            return [];
          },
        ),
      ),
    );
    return prompts.flat();
  };
  useCommandSource({
    group: 'Prompts',
    suggest: async () => {
      const kept = keptPrompts();
      const isHere = ({ id, teamId }: KeptPrompt): boolean =>
        myTeams.some((team) => team.id === teamId) && !pathname.startsWith(`/prompts/${id}`);
      const favourites = kept.favourites.filter(isHere).slice(0, MOST_FAVOURITES);
      const recent = kept.recent
        .filter((one) => isHere(one) && !kept.favourites.some(({ id }) => id === one.id))
        .slice(0, MOST_RECENT);
      const [starred, opened] = await Promise.all([read(favourites), read(recent)]);
      return [
        ...starred.map((prompt) => asCommand(prompt, 'Favourites', Star)),
        ...opened.map((prompt) => asCommand(prompt, 'Recent prompts', Clock)),
      ];
    },
    search: async (text, signal) => {
      const query = { q: text, status: 'active', limit: MOST_OF_A_TEAM };
      const found = await Promise.all(
        myTeams.map(({ id }) => api.call('listPrompts', { params: { teamID: id }, query, signal })),
      );
      return found.flatMap(({ prompts }) => prompts).map((prompt) => asCommand(prompt, 'Prompts', FileText));
    },
  });
}

/** The prompts that the user can read, with search and filters. The URL holds the filters. */
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import { pageTexts } from '../frame/mod.ts';
import { BrokenBanner } from '../review/mod.ts';
import { Button, Card, EmptyState, Page, useIsWide } from '../ui/mod.ts';
import { usePresentOrganization, useWorkspace, type WorkspaceTeam } from '../workspace/mod.ts';
import { CreatePromptDialog } from './create-prompt-dialog.tsx';
import { foldersReading } from './data/readings.ts';
import { FolderHeading } from './folder-heading.tsx';
import { FolderNav, type TeamFolders } from './folder-nav.tsx';
import { folderTree, NO_FOLDER } from './folder-tree.ts';
import { rememberTeam } from './last-team.ts';
import { type PromptSearch, promptSearch, withFolder } from './list-search.ts';
import { OtherOrganizations } from './other-organizations.tsx';
import { PromptFilters } from './prompt-filters.tsx';
import { PromptList, type PromptListProps } from './prompt-list.tsx';
import { MOST_TREES, shownTeams } from './prompt-pages.ts';
import { StartBanner } from './start/start-banner.tsx';
import { useTeamsWhere } from './team-rights.ts';

type Team = Pick<WorkspaceTeam, 'id' | 'name'>;

const route = getRouteApi('/shell/prompts');

export function PromptListPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/prompts' });
  const { myTeams, memberships } = useWorkspace();
  // A link to a team or a folder opens the organization that it is in.
  usePresentOrganization(memberships.find(({ id }) => id === search.team)?.org_id);
  // Also links in the rows and among the folders choose a team.
  const chosenTeam = myTeams.find(({ id }) => id === search.team)?.id;
  useEffect(() => {
    if (chosenTeam !== undefined) rememberTeam(chosenTeam);
  }, [chosenTeam]);
  const teams = shownTeams(myTeams, search);
  const folders = useFolders(teams);
  const creatable = useTeamsWhere('createPrompt');
  const [creating, setCreating] = useState(false);
  const change = (next: PromptSearch): void => {
    void navigate({ search: promptSearch({ ...next }), replace: true });
  };
  const noCreation = creatable.length === 0 ? 'Only team editors and admins can create prompts.' : undefined;
  useCommands([
    {
      id: 'create-prompt',
      group: 'Prompts',
      label: 'New prompt',
      icon: Plus,
      shortcut: 'c',
      run: () => noCreation === undefined && setCreating(true),
    },
  ]);
  const create = (
    <Button
      variant="primary"
      icon={Plus}
      shortcut="c"
      disabledReason={noCreation}
      onClick={() => setCreating(true)}
    >
      New prompt
    </Button>
  );
  return (
    <Page {...pageTexts['/prompts']} actions={create}>
      <BrokenBanner />
      <PromptFilters search={search} teams={myTeams} folders={folders} onChange={change} />
      {myTeams.length === 0 ? (
        <Card>
          <OtherOrganizations />
          <EmptyState icon={FileText} title="You’re not in a team yet">
            Prompts belong to teams. Ask an admin to add you, or send a request to join a team.
          </EmptyState>
        </Card>
      ) : (
        <Foldered
          folders={folders}
          search={search}
          teams={teams}
          onChange={change}
          create={create}
          onClear={() => change(search.team === undefined ? {} : { team: search.team })}
        />
      )}
      {/* It may come late, so it is where it moves nothing. */}
      <StartBanner />
      <CreatePromptDialog
        open={creating}
        onOpenChange={setCreating}
        teamId={search.team}
        folder={search.folder === undefined || search.folder === NO_FOLDER ? '' : search.folder}
      />
    </Page>
  );
}

/** The folders of the teams that are shown and have some. */
function useFolders(teams: readonly Team[]): readonly TeamFolders[] {
  const shown = teams.slice(0, MOST_TREES);
  const readings = useQueries({ queries: shown.map(({ id }) => foldersReading(id)) });
  return shown
    .map(({ id, name }, at) => ({
      teamId: id,
      name: teams.length > 1 ? name : undefined,
      tree: folderTree(readings[at]?.data?.folders ?? []),
    }))
    .filter(({ tree }) => tree.length > 0);
}

interface FolderedProps extends PromptListProps {
  readonly folders: readonly TeamFolders[];
  readonly onChange: (search: PromptSearch) => void;
}

/** The list, with the folders beside it where there is room, and the way to the chosen one above it. */
function Foldered({ folders, onChange, ...list }: FolderedProps) {
  const { search, teams } = list;
  const isWide = useIsWide('lg');
  const teamId = teams.length === 1 ? teams[0]?.id : undefined;
  const content = (
    <div className="flex min-w-0 flex-1 flex-col gap-3">
      {search.folder !== undefined && teamId !== undefined && (
        <FolderHeading
          key={search.folder}
          teamId={teamId}
          path={search.folder}
          search={search}
          onMoved={(path) => onChange(withFolder(search, search.team, path === '' ? undefined : path))}
        />
      )}
      <PromptList {...list} />
    </div>
  );
  if (folders.length === 0 || !isWide) return content;
  return (
    <div className="flex items-start gap-6">
      <div className="w-52 shrink-0">
        <FolderNav teams={folders} search={search} />
      </div>
      {content}
    </div>
  );
}

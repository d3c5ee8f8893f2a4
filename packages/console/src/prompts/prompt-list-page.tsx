/** The prompts that the user can read, with search and filters. The URL holds the filters. */
import { useQueries } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText, Plus, Search, SearchX, Tag, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useCommands, useListKeys } from '../commands/mod.ts';
import { BrokenBanner } from '../review/mod.ts';
import {
  Button,
  Card,
  Checkbox,
  classes,
  EmptyState,
  Failure,
  inputClasses,
  Keys,
  Page,
  Select,
  SkeletonRows,
  useIsWide,
} from '../ui/mod.ts';
import { usePresentOrganization, useWorkspace, type WorkspaceTeam } from '../workspace/mod.ts';
import { CreatePromptDialog } from './create-prompt-dialog.tsx';
import { foldersReading } from './data/readings.ts';
import { FolderHeading } from './folder-heading.tsx';
import { FolderNav, type TeamFolders } from './folder-nav.tsx';
import { folderTree, NO_FOLDER } from './folder-tree.ts';
import {
  defaultSort,
  isFiltered,
  type PromptSearch,
  type PromptSort,
  promptSearch,
  withFolder,
} from './list-search.ts';
import { OtherOrganizations } from './other-organizations.tsx';
import { MOST_TREES, shownTeams } from './prompt-pages.ts';
import { PromptRow } from './prompt-row.tsx';
import { StartBanner } from './start/start-banner.tsx';
import { StartChecklist } from './start/start-checklist.tsx';
import { useFirstSteps } from './start/use-first-steps.ts';
import { useTeamsWhere } from './team-rights.ts';
import { useActorName } from './use-actor-name.ts';
import { type TeamPrompts, usePromptPages } from './use-prompt-pages.ts';

type Team = Pick<WorkspaceTeam, 'id' | 'name'>;

const route = getRouteApi('/shell/prompts');

export function PromptListPage() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/prompts' });
  const { myTeams, memberships } = useWorkspace();
  // A link to a team or a folder opens the organization that it is in.
  usePresentOrganization(memberships.find(({ id }) => id === search.team)?.org_id);
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
    <Page
      title="Prompts"
      description="Templates that applications render by slug, without a redeploy."
      actions={create}
    >
      <BrokenBanner />
      <StartBanner />
      <Filters search={search} teams={myTeams} folders={folders} onChange={change} />
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

interface FolderedProps extends ListProps {
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
      <List {...list} />
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

const sorts: readonly { readonly value: PromptSort; readonly label: string }[] = [
  { value: '-updated_at', label: 'Recently updated' },
  { value: '-created_at', label: 'Newest' },
  { value: 'created_at', label: 'Oldest' },
  { value: 'name', label: 'Name (A–Z)' },
  { value: '-name', label: 'Name (Z–A)' },
];

const statuses = [
  { value: 'active', label: 'Active' },
  { value: 'archived', label: 'Archived' },
  { value: 'all', label: 'Any status' },
] as const;

/** The value of the select that stands for no filter. No folder has it, because its parts would be empty. */
const EVERY_FOLDER = '//';

interface FiltersProps {
  readonly search: PromptSearch;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly folders: readonly TeamFolders[];
  readonly onChange: (search: PromptSearch) => void;
}

function Filters({ search, teams, folders, onChange }: FiltersProps) {
  const isWide = useIsWide('lg');
  const only = folders.length === 1 ? folders[0] : undefined;
  const { team, status, tag, q, sort, folder, in: place, ...none } = search;
  const field = useRef<HTMLInputElement>(null);
  useCommands([
    {
      id: 'search-prompts',
      group: 'Prompts',
      label: 'Search prompts',
      icon: Search,
      shortcut: '/',
      run: () => field.current?.focus(),
    },
  ]);
  const set = (changes: { [K in keyof PromptSearch]?: PromptSearch[K] | undefined }): void =>
    onChange(promptSearch({ ...none, team, status, tag, q, sort, folder, in: place, ...changes }));
  return (
    <search className="flex flex-col gap-2 sm:flex-row sm:flex-wrap sm:items-center">
      <FilterText
        label={place === 'content' ? 'Search by content' : 'Search by name, slug, description or folder'}
        placeholder="Search"
        icon={<Search aria-hidden="true" className="size-3.5" />}
        inputRef={field}
        value={q}
        onChange={(text) => set({ q: text })}
        hint={<Keys combination="/" />}
        className="min-w-52 sm:flex-1"
      />
      <FilterText
        label="Filter by tag"
        placeholder="Tag"
        icon={<Tag aria-hidden="true" className="size-3.5" />}
        value={tag}
        onChange={(text) => set({ tag: text })}
        className="sm:w-32"
      />
      <div className="grid grid-cols-2 gap-2 sm:flex">
        {teams.length > 1 && (
          <Select
            label="Team"
            labelHidden
            value={team ?? 'all'}
            onChange={(chosen) => set({ team: chosen === 'all' ? undefined : chosen, folder: undefined })}
            options={[
              { value: 'all', label: 'All your teams' },
              ...teams.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            className="w-full sm:max-w-44"
          />
        )}
        <Select
          label="Status"
          labelHidden
          value={status ?? 'active'}
          onChange={(chosen) => set({ status: chosen === 'active' ? undefined : chosen })}
          options={statuses}
          className="w-full"
        />
        <Select
          label="Sort by"
          labelHidden
          value={sort ?? defaultSort}
          onChange={(chosen) => set({ sort: chosen })}
          options={sorts}
          className="w-full"
        />
        {!isWide && only !== undefined && (
          <Select
            label="Folder"
            labelHidden
            value={folder ?? EVERY_FOLDER}
            onChange={(chosen) =>
              onChange(withFolder(search, only.teamId, chosen === EVERY_FOLDER ? undefined : chosen))
            }
            options={[
              { value: EVERY_FOLDER, label: 'All folders' },
              ...only.tree.map(({ path }) => ({ value: path, label: path })),
              { value: NO_FOLDER, label: 'No folder' },
            ]}
            className="w-full"
          />
        )}
      </div>
      <Checkbox
        label="Search the content of versions"
        checked={place === 'content'}
        onChange={(isChecked) => set({ in: isChecked ? 'content' : undefined })}
      />
    </search>
  );
}

interface FilterTextProps {
  readonly label: string;
  readonly placeholder: string;
  readonly icon: ReactNode;
  readonly inputRef?: React.RefObject<HTMLInputElement | null>;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly hint?: ReactNode;
  readonly className: string;
}

/** A text filter that applies after a pause in typing. */
function FilterText({
  label,
  placeholder,
  icon,
  inputRef,
  value,
  onChange,
  hint,
  className,
}: FilterTextProps) {
  const [text, setText] = useState(value ?? '');
  const settled = useRef(value ?? '');
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    // The URL changed elsewhere, for example by going back.
    if ((value ?? '') === settled.current) return;
    settled.current = value ?? '';
    setText(value ?? '');
  }, [value]);
  useEffect(() => {
    if (text.trim() === settled.current) return;
    const timer = setTimeout(() => {
      settled.current = text.trim();
      latest.current(text.trim() === '' ? undefined : text.trim());
    }, 180);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={classes('relative', className)}>
      <span className="pointer-events-none absolute inset-y-0 left-2.5 grid place-items-center text-faint">
        {icon}
      </span>
      <input
        ref={inputRef}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          setText('');
          event.currentTarget.blur();
        }}
        className={classes(inputClasses, 'h-9 pr-9 pl-8')}
      />
      <span className="absolute inset-y-0 right-2 grid place-items-center">
        {text !== '' ? (
          <button
            type="button"
            aria-label={`Clear: ${label}`}
            onClick={() => setText('')}
            className="grid size-6 place-items-center rounded-md text-faint hover:bg-hover hover:text-fg"
          >
            <X aria-hidden="true" className="size-3.5" />
          </button>
        ) : (
          <span className="pointer-events-none max-sm:hidden">{hint}</span>
        )}
      </span>
    </div>
  );
}

interface ListProps {
  readonly search: PromptSearch;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly create: ReactNode;
  readonly onClear: () => void;
}

function List({ search, teams, create, onClear }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  useListKeys(list, 'Prompts');
  const pages = usePromptPages(
    teams.map(({ id }) => id),
    search,
  );
  if (pages.error) return <Failure error={pages.error} retry={pages.refetch} />;
  if (pages.isPending) {
    return (
      <Card>
        <SkeletonRows label="prompts" rows={6} />
      </Card>
    );
  }
  if (pages.count === 0) {
    return (
      <Card>
        {isFiltered(search) ? (
          <NothingFound search={search} onClear={onClear} />
        ) : (
          <NoPrompts create={create} />
        )}
      </Card>
    );
  }
  const names = new Map(teams.map(({ id, name }) => [id, name] as const));
  return (
    <div
      ref={list}
      className={classes('flex flex-col gap-6 transition-opacity', pages.isStale && 'opacity-60')}
    >
      {pages.teams.map((team) => (
        <TeamSection
          key={team.teamId}
          team={team}
          name={teams.length > 1 ? names.get(team.teamId) : undefined}
          shownFolder={search.folder}
        />
      ))}
      {pages.hasMore && <More isLoading={pages.isFetchingMore} onMore={pages.more} />}
    </div>
  );
}

interface TeamSectionProps {
  readonly team: TeamPrompts;
  readonly name: string | undefined;
  readonly shownFolder: string | undefined;
}

function TeamSection({ team, name, shownFolder }: TeamSectionProps) {
  const nameOf = useActorName(
    team.teamId,
    team.prompts.flatMap(({ summary }) => summary?.last_change?.actor ?? []),
  );
  return (
    <section aria-label={name ?? 'Prompts'} className="flex flex-col gap-2">
      {name !== undefined && <h2 className="px-1 font-medium text-faint text-xs">{name}</h2>}
      <Card className="overflow-hidden">
        <ul className="divide-y divide-line">
          {team.prompts.map((prompt) => (
            <PromptRow key={prompt.id} prompt={prompt} nameOf={nameOf} shownFolder={shownFolder} />
          ))}
        </ul>
      </Card>
    </section>
  );
}

/** Loads the next page when it scrolls into view, or on a click. */
function More({ isLoading, onMore }: { readonly isLoading: boolean; readonly onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    if (end.current === null || isLoading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && latest.current(),
      { rootMargin: '400px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isLoading]);
  return (
    <div ref={end} className="flex justify-center">
      <Button variant="ghost" loading={isLoading} onClick={onMore}>
        Load more
      </Button>
    </div>
  );
}

function NothingFound({
  search: { q, in: place },
  onClear,
}: {
  readonly search: PromptSearch;
  readonly onClear: () => void;
}) {
  const hasWords = q === undefined || /[\p{L}\p{N}]/u.test(q);
  return (
    <EmptyState
      icon={SearchX}
      title="No matching prompts"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      {hasWords
        ? place === 'content'
          ? 'Search looks for words in the live version, or else in the newest one.'
          : 'Search matches the start of words in the name, slug, description and folder.'
        : 'Enter at least one letter or digit to search.'}
    </EmptyState>
  );
}

function NoPrompts({ create }: { readonly create: ReactNode }) {
  const start = useFirstSteps(true);
  return (
    <>
      <OtherOrganizations />
      {start === undefined && <FirstPrompt create={create} />}
      {start === 'loading' && <SkeletonRows label="prompts" rows={6} />}
      {typeof start === 'object' && <StartChecklist start={start} create={create} />}
    </>
  );
}

function FirstPrompt({ create }: { readonly create: ReactNode }) {
  return (
    <EmptyState icon={FileText} title="Write your first prompt" action={create}>
      <p>
        A prompt is a template such as{' '}
        <code className="rounded bg-sunken px-1 py-0.5 text-xs">Hello {'{{.name}}'}!</code> Write a version,
        test it with sample variables, then make it live. Applications render it by its slug.
      </p>
    </EmptyState>
  );
}

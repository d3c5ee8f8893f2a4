/** The search and the filters of the list of prompts. On a phone, the filters are behind a button. */
import { useQueries } from '@tanstack/react-query';
import { Search, SlidersHorizontal, X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import { Button, Checkbox, classes, inputClasses, Keys, Select, useIsWide } from '../ui/mod.ts';
import { teamTagsReading } from './data/readings.ts';
import type { TeamFolders } from './folder-nav.tsx';
import { NO_FOLDER } from './folder-tree.ts';
import {
  defaultSort,
  filterCount,
  type PromptSearch,
  type PromptSort,
  promptSearch,
  withFolder,
} from './list-search.ts';
import { MOST_TREES, shownTeams } from './prompt-pages.ts';

const sorts: readonly { readonly value: PromptSort; readonly label: string }[] = [
  { value: '-changed_at', label: 'Recently changed' },
  { value: 'changed_at', label: 'Unchanged longest' },
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

/** The value of the select that stands for no filter. No tag can be it. */
const ANY_TAG = '*';

export interface PromptFiltersProps {
  readonly search: PromptSearch;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly folders: readonly TeamFolders[];
  readonly onChange: (search: PromptSearch) => void;
}

export function PromptFilters({ search, teams, folders, onChange }: PromptFiltersProps) {
  const hasRoom = useIsWide('md');
  const [isOpen, setIsOpen] = useState(false);
  const more = useId();
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
  const set: SetFilters = (changes) =>
    onChange(promptSearch({ ...none, team, status, tag, q, sort, folder, in: place, ...changes }));
  const count = filterCount(search);
  return (
    <search className="flex flex-col gap-2 md:flex-row md:flex-wrap md:items-center">
      <div className="flex gap-2 md:min-w-52 md:flex-1">
        <FilterText
          label={place === 'content' ? 'Search by content' : 'Search by name, slug, description or folder'}
          placeholder="Search"
          icon={<Search aria-hidden="true" className="size-3.5" />}
          inputRef={field}
          value={q}
          onChange={(text) => set({ q: text })}
          hint={<Keys combination="/" />}
          className="min-w-0 flex-1"
        />
        {!hasRoom && (
          <Button
            icon={SlidersHorizontal}
            aria-expanded={isOpen}
            aria-controls={more}
            onClick={() => setIsOpen(!isOpen)}
            className="h-9"
          >
            Filters{count > 0 && ` (${count})`}
          </Button>
        )}
      </div>
      {(hasRoom || isOpen) && (
        <div id={more} className="contents">
          <Choices search={search} teams={teams} folders={folders} onChange={onChange} set={set} />
        </div>
      )}
    </search>
  );
}

type SetFilters = (changes: { [K in keyof PromptSearch]?: PromptSearch[K] | undefined }) => void;

function Choices({
  search,
  teams,
  folders,
  onChange,
  set,
}: PromptFiltersProps & { readonly set: SetFilters }) {
  const isWide = useIsWide('lg');
  const only = folders.length === 1 ? folders[0] : undefined;
  const { team, status, tag, sort, folder, in: place } = search;
  const tags = useTags(
    shownTeams(teams, search).map(({ id }) => id),
    tag,
  );
  return (
    <>
      <div className="grid grid-cols-2 gap-2 md:flex">
        {tags.length > 0 && (
          <Select
            label="Tag"
            labelHidden
            value={tag ?? ANY_TAG}
            onChange={(chosen) => set({ tag: chosen === ANY_TAG ? undefined : chosen })}
            options={[
              { value: ANY_TAG, label: 'Any tag' },
              ...tags.map((one) => ({ value: one, label: one })),
            ]}
            className="w-full md:max-w-36"
          />
        )}
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
            className="w-full md:max-w-44"
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
    </>
  );
}

/** The tags of the teams that are shown, by name, and the one that is chosen. */
function useTags(teamIds: readonly string[], chosen: string | undefined): readonly string[] {
  return useQueries({
    queries: teamIds.slice(0, MOST_TREES).map((id) => teamTagsReading(id)),
    combine: (readings) => {
      const found = readings.flatMap(({ data }) => data?.tags.map(({ tag }) => tag) ?? []);
      return [...new Set(chosen === undefined ? found : [...found, chosen])].toSorted();
    },
  });
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

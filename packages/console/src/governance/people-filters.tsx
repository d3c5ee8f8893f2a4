/** Narrows the people: by address, team and role. */
import { Button, Select } from '../ui/mod.ts';
import type { WorkspaceTeam } from '../workspace/mod.ts';
import { isFiltered, type PeopleSearch, peopleSearch } from './people-search.ts';
import { roleNames } from './roles.ts';
import { SearchField } from './search-field.tsx';

const everything = 'all';

export interface PeopleFiltersProps {
  readonly search: PeopleSearch;
  /** Those whose members the user may list. */
  readonly teams: readonly WorkspaceTeam[];
  readonly onChange: (search: PeopleSearch) => void;
}

export function PeopleFilters({ search, teams, onChange }: PeopleFiltersProps) {
  // Another filter has other pages.
  const set = (changes: { readonly [K in keyof PeopleSearch]?: string }): void =>
    onChange(peopleSearch({ ...search, page: undefined, ...changes }));
  return (
    <search aria-label="Filter people" className="flex flex-wrap items-center gap-2">
      <SearchField
        label="Search by email"
        placeholder="Search by email"
        value={search.q ?? ''}
        onChange={(q) => set({ q })}
        className="min-w-52 flex-1"
      />
      <Select
        label="Team"
        labelHidden
        value={search.team ?? everything}
        onChange={(team) => set({ team: team === everything ? '' : team })}
        options={[
          { value: everything, label: 'All teams' },
          ...teams.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        className="w-44"
      />
      <Select
        label="Role"
        labelHidden
        value={search.role ?? everything}
        onChange={(role) => set({ role: role === everything ? '' : role })}
        options={[
          { value: everything, label: 'All roles' },
          ...(['admin', 'editor', 'viewer'] as const).map((role) => ({
            value: role,
            label: roleNames[role],
          })),
        ]}
        className="w-32"
      />
      {isFiltered(search) && (
        <Button variant="ghost" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

/** Narrows the audit log: by what, who, where and when. */
import { useMemo } from 'react';
import { Button, Select, TextField } from '../ui/mod.ts';
import { type AuditSearch, auditSearch, isFiltered } from './audit-search.ts';
import type { AuditFilters } from './readings.ts';

const everything = 'all';

const groups = [
  { value: everything, label: 'All actions' },
  { value: 'version.*', label: 'Versions and promotions' },
  { value: 'prompt.*', label: 'Prompts' },
  { value: 'tag.*', label: 'Tags' },
  { value: 'payload.*', label: 'Payloads' },
  { value: 'change_request.*', label: 'Change requests' },
  { value: 'policy.*', label: 'Policies' },
  { value: 'check.*', label: 'External checks' },
  { value: 'api_key.*', label: 'API keys' },
  { value: 'member.*', label: 'Members' },
  { value: 'join_request.*', label: 'Join requests' },
  { value: 'invitation.*', label: 'Invitations' },
  { value: 'team.*', label: 'Teams' },
  { value: 'organization.*', label: 'Organization' },
  { value: 'audit.*', label: 'Audit log' },
] as const;

const dayMs = 24 * 3_600_000;

/** Days are the browser's; px0 takes instants, and excludes `to`. */
export function filtersOf({ action, actor, team, from, to }: AuditSearch): AuditFilters {
  const start = (day: string) => new Date(`${day}T00:00:00`);
  return {
    ...(action !== undefined && { action }),
    ...(actor !== undefined && { actor }),
    ...(team !== undefined && { team_id: team }),
    ...(from !== undefined && { from: start(from).toISOString() }),
    ...(to !== undefined && { to: new Date(start(to).getTime() + dayMs).toISOString() }),
  };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface AuditFiltersProps {
  readonly search: AuditSearch;
  readonly people: readonly Named[];
  readonly keys: readonly Named[];
  readonly teams: readonly Named[];
  readonly onChange: (search: AuditSearch) => void;
}

export function AuditFilterBar({ search, people, keys, teams, onChange }: AuditFiltersProps) {
  const actors = useMemo(
    () => [
      { value: everything, label: 'Everyone' },
      ...people.map(({ id, name }) => ({ value: id, label: name })),
      ...keys.map(({ id, name }) => ({ value: id, label: name, hint: 'API key' })),
    ],
    [people, keys],
  );
  const set = (changes: { readonly [Key in keyof AuditSearch]: string }): void =>
    onChange(auditSearch({ ...search, ...changes }));
  // One action alone is in a link only.
  const actions = groups.some(({ value }) => value === (search.action ?? everything))
    ? groups
    : [...groups, { value: search.action ?? everything, label: search.action ?? '' }];
  return (
    <search aria-label="Filter the audit log" className="flex flex-wrap items-end gap-3">
      <Select
        label="Action"
        value={search.action ?? everything}
        onChange={(action) => set({ action })}
        options={actions}
        className="w-48"
      />
      <Select
        label="By"
        value={search.actor ?? everything}
        onChange={(actor) => set({ actor })}
        options={actors}
        className="w-48"
      />
      <Select
        label="Team"
        value={search.team ?? everything}
        onChange={(team) => set({ team })}
        options={[
          { value: everything, label: 'All teams' },
          ...teams.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        className="w-40"
      />
      <TextField
        label="From"
        type="date"
        value={search.from ?? ''}
        onChange={(from) => set({ from })}
        max={search.to}
      />
      <TextField
        label="To"
        type="date"
        value={search.to ?? ''}
        onChange={(to) => set({ to })}
        min={search.from}
      />
      {isFiltered(search) && (
        <Button variant="ghost" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

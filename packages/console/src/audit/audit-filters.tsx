/** Narrows the audit log: by what, who, where and when. */
import { useMemo } from 'react';
import { Button, Select, TextField } from '../ui/mod.ts';
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

/** Days as the filters have them: `from` is the first, `to` the last. */
export interface Choice {
  readonly action: string;
  readonly actor: string;
  readonly team: string;
  readonly from: string;
  readonly to: string;
}

export const noChoice: Choice = { action: everything, actor: everything, team: everything, from: '', to: '' };

const dayMs = 24 * 3_600_000;

/** Days are the browser's; px0 takes instants, and excludes `to`. */
export function filtersOf({ action, actor, team, from, to }: Choice): AuditFilters {
  const start = (day: string) => new Date(`${day}T00:00:00`);
  return {
    ...(action !== everything && { action }),
    ...(actor !== everything && { actor }),
    ...(team !== everything && { team_id: team }),
    ...(from !== '' && { from: start(from).toISOString() }),
    ...(to !== '' && { to: new Date(start(to).getTime() + dayMs).toISOString() }),
  };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface AuditFiltersProps {
  readonly choice: Choice;
  readonly people: readonly Named[];
  readonly keys: readonly Named[];
  readonly teams: readonly Named[];
  readonly onChange: (choice: Choice) => void;
}

export function AuditFilterBar({ choice, people, keys, teams, onChange }: AuditFiltersProps) {
  const actors = useMemo(
    () => [
      { value: everything, label: 'Everyone' },
      ...people.map(({ id, name }) => ({ value: id, label: name })),
      ...keys.map(({ id, name }) => ({ value: id, label: name, hint: 'API key' })),
    ],
    [people, keys],
  );
  return (
    <search aria-label="Filter the audit log" className="flex flex-wrap items-end gap-3">
      <Select
        label="Action"
        value={choice.action}
        onChange={(action) => onChange({ ...choice, action })}
        options={groups}
        className="w-48"
      />
      <Select
        label="By"
        value={choice.actor}
        onChange={(actor) => onChange({ ...choice, actor })}
        options={actors}
        className="w-48"
      />
      <Select
        label="Team"
        value={choice.team}
        onChange={(team) => onChange({ ...choice, team })}
        options={[
          { value: everything, label: 'All teams' },
          ...teams.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        className="w-40"
      />
      <TextField
        label="From"
        type="date"
        value={choice.from}
        onChange={(from) => onChange({ ...choice, from })}
        max={choice.to === '' ? undefined : choice.to}
      />
      <TextField
        label="To"
        type="date"
        value={choice.to}
        onChange={(to) => onChange({ ...choice, to })}
        min={choice.from === '' ? undefined : choice.from}
      />
      {choice !== noChoice && (
        <Button variant="ghost" onClick={() => onChange(noChoice)}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

/** Creates an API key: its name, permissions, teams, expiry and limits. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import { Checkbox, FormDialog, Select, type SelectOption, TextField } from '../ui/mod.ts';
import { useOrgTeams } from '../workspace/mod.ts';
import { limitsFault, limitsOf, noLimits } from './key-limits.ts';
import { KeyLimitsFields } from './key-limits-fields.tsx';
import { type KeyOperation, operationOptions } from './roles.ts';
import type { ShownSecret } from './secret-dialog.tsx';

export interface CreateKeyDialogProps {
  readonly orgId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onCreated: (secret: ShownSecret) => void;
}

const lifetimes = ['never', '7', '30', '90', '365'] as const;
type Lifetime = (typeof lifetimes)[number];

const lifetimeOptions: readonly SelectOption<Lifetime>[] = lifetimes.map((value) => ({
  value,
  label: value === 'never' ? 'Never' : value === '365' ? 'In 1 year' : `In ${value} days`,
}));

const dayMs = 24 * 3_600_000;

export function CreateKeyDialog(props: CreateKeyDialogProps) {
  // Unmounting the dialog resets its fields.
  return props.open && <OpenDialog {...props} />;
}

function OpenDialog({ orgId, open, onOpenChange, onCreated }: CreateKeyDialogProps) {
  const queryClient = useQueryClient();
  const teams = useOrgTeams();
  const [name, setName] = useState('');
  const [operation, setOperation] = useState<KeyOperation>('read_render');
  const [lifetime, setLifetime] = useState<Lifetime>('never');
  const [scope, setScope] = useState<'all' | 'some'>('all');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [form, setForm] = useState(noLimits);
  const limits = limitsOf(form);
  const create = async (): Promise<void> => {
    const made = await api.call('createAPIKey', {
      body: {
        name: name.trim(),
        org_id: orgId,
        operation,
        ...(scope === 'some' && { team_ids: [...chosen] }),
        ...(lifetime !== 'never' && {
          expires_at: new Date(Date.now() + Number(lifetime) * dayMs).toISOString(),
        }),
        ...(limits !== undefined && { limits }),
      },
    });
    await outdated(queryClient, 'listAPIKeys');
    onCreated({ name: made.name, key: made.key });
  };
  const choose = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const missing =
    name.trim() === ''
      ? 'Enter a name'
      : scope === 'some' && chosen.size === 0
        ? 'Choose a team'
        : limitsFault(form);
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="New API key"
      description="You will see the key only once, right after you create it."
      submitLabel="Create key"
      disabledReason={missing}
      onSubmit={create}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        maxLength={255}
        autoComplete="off"
        placeholder="checkout-service"
        hint="Name it after the application that uses it."
        autoFocus
      />
      <Select
        label="Permissions"
        value={operation}
        onChange={setOperation}
        options={operationOptions}
        className="w-full"
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Scope"
          value={scope}
          onChange={setScope}
          options={[
            { value: 'all', label: 'All teams', hint: 'Including teams created later' },
            { value: 'some', label: 'Selected teams' },
          ]}
          className="w-full"
        />
        <Select
          label="Expires"
          value={lifetime}
          onChange={setLifetime}
          options={lifetimeOptions}
          className="w-full"
        />
      </div>
      {scope === 'some' && (
        <fieldset className="rounded-md border border-line p-3">
          <legend className="px-1 font-medium text-sm">Teams</legend>
          <div className="flex max-h-44 flex-col gap-2.5 overflow-y-auto">
            {teams.map((team) => (
              <Checkbox
                key={team.id}
                label={team.name}
                checked={chosen.has(team.id)}
                onChange={(isChosen) => choose(team.id, isChosen)}
              />
            ))}
          </div>
        </fieldset>
      )}
      <KeyLimitsFields form={form} onChange={setForm} />
    </FormDialog>
  );
}

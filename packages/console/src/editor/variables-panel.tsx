/** The variables for the preview, as a form or as JSON, from a saved payload or as custom values. */

import { useQuery } from '@tanstack/react-query';
import { Camera, ListChecks, MoreHorizontal, Pencil, Plus, RotateCcw, Save, Trash2 } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { isObject, losesDigits } from '../json/mod.ts';
import type { ContractProblems } from '../preview/mod.ts';
import { attempt, payloadsReading, usePromptWrites } from '../prompts/mod.ts';
import {
  Badge,
  Button,
  ConfirmDialog,
  FormDialog,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
  Segments,
  Select,
  TextField,
  toast,
} from '../ui/mod.ts';
import type { Permissions } from '../workspace/mod.ts';
import { AssertionsDialog } from './assertions-dialog.tsx';
import type { FormField } from './form-fields.ts';
import { problemsByPath } from './problems-by-path.ts';
import { SnapshotDialog } from './snapshot-dialog.tsx';
import { type Payloads, SCRATCH } from './use-payloads.ts';
import { VariablesForm } from './variables-form.tsx';

// It reads JSON with the parser of the code editor, which the page shows without.
const VariablesJson = lazy(async () => ({ default: (await import('./variables-json.tsx')).VariablesJson }));

const views = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'JSON' },
] as const;

export interface VariablesPanelProps {
  readonly promptId: string;
  /** The version whose output can be accepted as the snapshot of a payload. */
  readonly version: number;
  readonly isChat: boolean;
  readonly fields: readonly FormField[];
  readonly values: Payloads;
  /** What the input schema does not accept in the values. */
  readonly problems: ContractProblems | undefined;
  readonly permissions: Permissions;
}

export function VariablesPanel(props: VariablesPanelProps) {
  const { fields, values, problems } = props;
  const byPath = useMemo(() => problemsByPath(problems), [problems]);
  const [view, setView] = useState<'form' | 'json'>('form');
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-2">
        <h2 className="mr-auto font-semibold text-sm">Variables</h2>
        <PayloadBar {...props} />
        <Segments label="Variables view" value={view} onChange={setView} options={views} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {view === 'form' ? (
          <div className="p-3">
            {isObject(values.data) ? (
              <VariablesForm
                key={values.edition}
                fields={fields}
                data={values.data}
                problems={byPath}
                onChange={values.change}
              />
            ) : (
              <p className="text-muted text-sm">
                Renders need a JSON object, and this payload is not one. Edit it in the JSON view.
              </p>
            )}
          </div>
        ) : (
          <Suspense>
            <VariablesJson key={values.edition} fields={fields} values={values} problems={problems} />
          </Suspense>
        )}
      </div>
    </div>
  );
}

type PayloadBarProps = Omit<VariablesPanelProps, 'fields' | 'problems'>;

function PayloadBar({ promptId, version, isChat, values, permissions }: PayloadBarProps) {
  const payloads = useQuery(payloadsReading(promptId)).data?.payloads ?? [];
  const writes = usePromptWrites();
  const [asked, setAsked] = useState<'create' | 'rename' | 'delete' | 'assertions' | 'snapshot'>();
  const { payload, data, isChanged } = values;
  // During an upgrade, a registry of the release before answers without them.
  const assertions = payload?.assertions?.length ?? 0;
  const close = (): void => setAsked(undefined);
  const reason = (action: 'createPromptPayload' | 'updatePromptPayload'): string | undefined =>
    losesDigits(data)
      ? 'This browser can’t save this large number exactly. Use a newer browser.'
      : permissions.reason(action);
  const nameOf = (name: string | null) => name ?? 'Unnamed payload';
  const update = (): Promise<void> =>
    attempt(async () => {
      if (payload === undefined) return;
      await writes.updatePayload(promptId, payload.id, { variables: data });
      values.saved(payload.id);
      toast({ title: `Saved payload “${nameOf(payload.name)}”` });
    }, 'Could not save the payload');
  const remove = async (): Promise<void> => {
    if (payload === undefined) return;
    const { name } = payload;
    await writes.deletePayload(promptId, payload.id);
    values.choose(SCRATCH);
    toast({
      title: `Deleted payload “${nameOf(name)}”`,
      action: {
        label: 'Undo',
        run: () =>
          attempt(async () =>
            values.saved((await writes.createPayload(promptId, name ?? '', data)).payload.id),
          ),
      },
    });
  };
  return (
    <>
      {isChanged && payload !== undefined && <Badge tone="warning">Modified</Badge>}
      <Select
        label="Payload"
        labelHidden
        size="sm"
        value={values.chosen}
        onChange={values.choose}
        options={[
          ...payloads.map(({ id, name }) => ({ value: id, label: nameOf(name) })),
          { value: SCRATCH, label: 'Custom values' },
        ]}
        className="max-w-40"
      />
      {(payload === undefined || isChanged) && (
        <Button
          size="sm"
          icon={Save}
          disabledReason={reason(payload === undefined ? 'createPromptPayload' : 'updatePromptPayload')}
          onClick={() => (payload === undefined ? setAsked('create') : void update())}
        >
          Save
        </Button>
      )}
      <Menu trigger={<IconButton icon={MoreHorizontal} label="Payload actions" size="sm" />}>
        <MenuItem
          icon={Plus}
          onSelect={() => setAsked('create')}
          disabledReason={reason('createPromptPayload')}
        >
          Save as new payload
        </MenuItem>
        {payload !== undefined && (
          <>
            <MenuItem
              icon={RotateCcw}
              onSelect={values.revert}
              disabledReason={isChanged ? undefined : 'No changes to revert'}
            >
              Revert changes
            </MenuItem>
            <MenuItem
              icon={Pencil}
              onSelect={() => setAsked('rename')}
              disabledReason={reason('updatePromptPayload')}
            >
              Rename
            </MenuItem>
            <MenuItem
              icon={ListChecks}
              onSelect={() => setAsked('assertions')}
              disabledReason={permissions.reason('updatePromptPayload')}
            >
              {assertions === 0 ? 'Add assertions' : `Assertions (${assertions})`}
            </MenuItem>
            <MenuItem icon={Camera} onSelect={() => setAsked('snapshot')}>
              Snapshot
            </MenuItem>
            <MenuSeparator />
            <MenuItem
              icon={Trash2}
              tone="danger"
              onSelect={() => setAsked('delete')}
              disabledReason={permissions.reason('deletePromptPayload')}
            >
              Delete
            </MenuItem>
          </>
        )}
      </Menu>
      <NameDialog
        key={asked}
        open={asked === 'create' || asked === 'rename'}
        title={asked === 'rename' ? 'Rename payload' : 'Save as new payload'}
        initialName={asked === 'rename' ? (payload?.name ?? '') : ''}
        onClose={close}
        onName={async (name) => {
          if (asked === 'rename' && payload !== undefined) {
            await writes.updatePayload(promptId, payload.id, { name });
            toast({ title: `Renamed the payload to “${name}”` });
          } else {
            const created = await writes.createPayload(promptId, name, data);
            values.saved(created.payload.id);
            toast({ title: `Saved payload “${name}”` });
          }
        }}
      />
      {asked === 'assertions' && payload !== undefined && (
        <AssertionsDialog promptId={promptId} payload={payload} isChat={isChat} onClose={close} />
      )}
      {asked === 'snapshot' && payload !== undefined && (
        <SnapshotDialog
          promptId={promptId}
          payload={payload}
          version={version}
          refused={permissions.reason('acceptSnapshot')}
          onClose={close}
        />
      )}
      <ConfirmDialog
        open={asked === 'delete'}
        onOpenChange={(open) => {
          if (!open) close();
        }}
        title={`Delete payload “${nameOf(payload?.name ?? null)}”?`}
        description="px0 will no longer check promotions with it."
        confirmLabel="Delete payload"
        onConfirm={remove}
      />
    </>
  );
}

interface NameDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly initialName: string;
  readonly onClose: () => void;
  readonly onName: (name: string) => Promise<void>;
}

function NameDialog({ open, title, initialName, onClose, onName }: NameDialogProps) {
  const [name, setName] = useState(initialName);
  return (
    <FormDialog
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      title={title}
      description="px0 renders saved payloads before each promotion and warns you if one fails."
      submitLabel="Save payload"
      disabledReason={name.trim() === '' ? 'Enter a name' : undefined}
      onSubmit={() => onName(name.trim())}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        placeholder="Returning customer"
        maxLength={255}
        autoFocus
      />
    </FormDialog>
  );
}

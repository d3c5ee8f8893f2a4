/** The dialogs that ask where the selected prompts go, or what their tag is. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Callout, FormDialog, Select, TextField } from '../ui/mod.ts';
import { type BulkOptions, type BulkResult, promptCount } from './bulk.ts';
import type { BulkWrites } from './bulk-writes.ts';
import { teamTagsReading } from './data/readings.ts';
import { FolderField } from './folder-field.tsx';
import { tidyFolder } from './folder-tree.ts';
import { useMoveTarget } from './move-target.tsx';
import { tagFault, tagWarning } from './tag-form.ts';

type Prompt = Wire<'Prompt'>;

/** A change of many prompts, and its words: `Archiving…`, `Archived 3 prompts`, `Could not archive 2 prompts`. */
export interface BulkOrder {
  readonly doing: string;
  readonly done: string;
  readonly fails: string;
  readonly act: (writes: BulkWrites, options: BulkOptions) => Promise<BulkResult<Prompt>>;
  /** Absent for what cannot be taken back. */
  readonly undo?: (writes: BulkWrites, done: readonly Prompt[]) => Promise<BulkResult<Prompt>>;
}

export interface BulkDialogProps {
  readonly prompts: readonly Prompt[];
  readonly onClose: () => void;
  readonly onRun: (order: BulkOrder) => Promise<void>;
}

/** The dialog closes at once: the list shows how far the change has come. */
function started(running: Promise<void>): Promise<void> {
  void running;
  return Promise.resolve();
}

export function BulkFolderDialog({ prompts, onClose, onRun }: BulkDialogProps) {
  const [path, setPath] = useState('');
  const folder = tidyFolder(path);
  const moving = prompts.filter((prompt) => prompt.folder !== folder);
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title={`Move ${promptCount(prompts.length)} to a folder`}
      submitLabel={folder === '' ? 'Move out of folders' : 'Move prompts'}
      disabledReason={moving.length === 0 ? 'The prompts are there now' : undefined}
      onSubmit={() =>
        started(
          onRun({
            doing: 'Moving',
            done: 'Moved',
            fails: 'Could not move',
            act: (writes, options) => writes.setFolders(moving, () => folder, options),
            undo: (writes, done) => writes.setFolders(done, (prompt) => prompt.folder),
          }),
        )
      }
      size="sm"
    >
      <FolderField
        teamId={prompts[0]?.team_id ?? ''}
        label="Folder"
        value={path}
        onChange={setPath}
        autoFocus
      />
    </FormDialog>
  );
}

export function BulkTeamDialog({ prompts, onClose, onRun }: BulkDialogProps) {
  const { target, disabledReason, field } = useMoveTarget(prompts);
  const moving = prompts.filter(({ team_id }) => team_id !== target?.id);
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title={`Move ${promptCount(prompts.length)} to another team`}
      description="Versions, tags and payloads move with them. API keys limited to the current team can no longer render them."
      submitLabel="Move prompts"
      disabledReason={disabledReason}
      onSubmit={() =>
        started(
          onRun({
            doing: 'Moving',
            done: 'Moved',
            fails: 'Could not move',
            act: (writes, options) => writes.move(moving, () => target?.id ?? '', options),
            undo: (writes, done) => writes.move(done, ({ team_id }) => team_id),
          }),
        )
      }
      size="sm"
    >
      {field}
    </FormDialog>
  );
}

type Tagged = 'live' | 'draft';

export function BulkTagDialog({ prompts, onClose, onRun }: BulkDialogProps) {
  const suggestions = useId();
  const [tag, setTag] = useState('');
  const [which, setWhich] = useState<Tagged>('live');
  const team = prompts[0]?.team_id ?? '';
  const known = useQuery({ ...teamTagsReading(team), enabled: team !== '' }).data?.tags ?? [];
  const tagged = prompts.flatMap((prompt) => {
    const version = which === 'live' ? prompt.summary?.live_version : prompt.summary?.draft_version;
    return version === null || version === undefined ? [] : [{ prompt, version }];
  });
  const without = prompts.length - tagged.length;
  const warning = tagWarning(tag);
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title={`Tag ${promptCount(prompts.length)}`}
      description="If another version of a prompt has the tag, the tag moves."
      submitLabel="Set tag"
      disabledReason={
        tagFault(tag) ?? (tagged.length === 0 ? 'None of the prompts has such a version' : undefined)
      }
      onSubmit={() =>
        started(
          onRun({
            doing: 'Tagging',
            done: 'Tagged',
            fails: 'Could not tag',
            act: (writes, options) => writes.tag(tagged, tag, options),
          }),
        )
      }
      size="sm"
    >
      <TextField
        label="Tag"
        mono
        autoFocus
        value={tag}
        onChange={setTag}
        list={suggestions}
        autoComplete="off"
        placeholder="production"
        spellCheck={false}
        autoCapitalize="none"
      />
      <datalist id={suggestions}>
        {known.map((one) => (
          <option key={one.tag} value={one.tag} />
        ))}
      </datalist>
      <Select<Tagged>
        label="Version"
        value={which}
        onChange={setWhich}
        options={[
          { value: 'live', label: 'Live version' },
          { value: 'draft', label: 'Newest draft' },
        ]}
        className="w-full"
      />
      {without > 0 && (
        <p role="status" className="text-muted text-xs">
          {promptCount(without)} without {which === 'live' ? 'a live version' : 'a draft'} will be left out.
        </p>
      )}
      {warning !== undefined && <Callout tone="warning">{warning}</Callout>}
    </FormDialog>
  );
}

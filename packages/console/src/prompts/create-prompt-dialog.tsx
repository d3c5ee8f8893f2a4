/** Creates a prompt. The dialog previews the slug while the user types, because it can never change. */
import { normaliseSlug } from '@px0/contracts/slug';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { FormDialog, Select, TextArea, TextField, toast } from '../ui/mod.ts';
import { usePromptWrites } from './data/writes.ts';
import { FolderField } from './folder-field.tsx';
import { tidyFolder } from './folder-tree.ts';
import { lastTeam, rememberTeam } from './last-team.ts';
import { useTeamsWhere } from './team-rights.ts';

export interface CreatePromptDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** The team of the current filter, chosen by default; else it is the one of the last prompt. */
  readonly teamId: string | undefined;
  /** The folder that is shown, chosen by default; empty for none. */
  readonly folder: string;
}

export function CreatePromptDialog({ open, onOpenChange, teamId, folder }: CreatePromptDialogProps) {
  const teams = useTeamsWhere('createPrompt');
  const writes = usePromptWrites();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string>();
  const [description, setDescription] = useState('');
  const [typedFolder, setFolder] = useState<string>();
  const [chosenTeam, setChosenTeam] = useState<string>();
  const team =
    [chosenTeam, teamId, lastTeam()].find((id) => teams.some((one) => one.id === id)) ?? teams[0]?.id ?? '';
  const path = typedFolder ?? folder;
  const shownSlug = normaliseSlug(slug === undefined || slug === '' ? name : slug);
  const close = (isOpen: boolean): void => {
    if (!isOpen) {
      setName('');
      setSlug(undefined);
      setDescription('');
      setFolder(undefined);
    }
    onOpenChange(isOpen);
  };
  const create = async (): Promise<void> => {
    const { prompt } = await writes.createPrompt(team, {
      name: name.trim(),
      description,
      ...(slug === undefined || slug === '' ? {} : { slug }),
      ...(tidyFolder(path) === '' ? {} : { folder: tidyFolder(path) }),
    });
    rememberTeam(team);
    toast({ title: `Created “${prompt.name}”` });
    await navigate({ to: '/prompts/$promptId', params: { promptId: prompt.id } });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={close}
      title="New prompt"
      description="Applications render a prompt by its slug. Its text lives in numbered versions."
      submitLabel="Create prompt"
      disabledReason={
        name.trim() === ''
          ? 'Enter a name'
          : shownSlug === ''
            ? 'The slug needs at least one letter or digit'
            : undefined
      }
      onSubmit={create}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        placeholder="Support reply"
        maxLength={255}
        autoFocus
      />
      <TextField
        label="Slug"
        mono
        value={slug ?? shownSlug}
        onChange={setSlug}
        onBlur={() => slug !== undefined && setSlug(slug === '' ? undefined : normaliseSlug(slug))}
        spellCheck={false}
        autoCapitalize="none"
        hint={
          shownSlug === '' ? (
            'Derived from the name. You can’t change it later.'
          ) : (
            <>
              Applications call <span className="break-all font-mono">/v1/prompts/{shownSlug}/render</span>.
              You can’t change the slug later.
            </>
          )
        }
      />
      <TextArea
        label="Description"
        value={description}
        onChange={setDescription}
        placeholder="What it’s for and who owns it"
        rows={2}
      />
      <FolderField teamId={team} label="Folder" value={path} onChange={setFolder} />
      {teams.length > 1 && (
        <Select
          label="Team"
          value={team}
          onChange={setChosenTeam}
          options={teams.map((one) => ({ value: one.id, label: one.name }))}
          className="w-full"
        />
      )}
    </FormDialog>
  );
}

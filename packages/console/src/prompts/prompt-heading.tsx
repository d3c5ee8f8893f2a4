/** The head of a page about a prompt: its breadcrumb, and its description, which is edited in place. */
import type { Wire } from '@px0/contracts';
import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, TextArea } from '../ui/mod.ts';
import { useOrgTeams } from '../workspace/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { nameOfFolder, stepsTo } from './folder-tree.ts';

export interface TrailProps {
  readonly prompt: Wire<'Prompt'>;
  /** The current page; absent on the prompt's own page. */
  readonly here?: ReactNode;
}

export function Trail({ prompt, here }: TrailProps) {
  const teams = useOrgTeams();
  const team = teams.find(({ id }) => id === prompt.team_id);
  const link = 'rounded-sm hover:text-fg hover:underline underline-offset-2';
  return (
    <nav aria-label="Breadcrumb">
      <ol className="flex flex-wrap items-center gap-1 text-faint text-xs">
        <li>
          <Link to="/prompts" className={link}>
            Prompts
          </Link>
        </li>
        {team && (
          <Step>
            <Link to="/prompts" search={{ team: team.id }} className={link}>
              {team.name}
            </Link>
          </Step>
        )}
        {stepsTo(prompt.folder).map((folder) => (
          <Step key={folder}>
            <Link to="/prompts" search={{ team: prompt.team_id, folder }} className={`${link} break-all`}>
              {nameOfFolder(folder)}
            </Link>
          </Step>
        ))}
        {here !== undefined && (
          <>
            <Step>
              <Link to="/prompts/$promptId" params={{ promptId: prompt.id }} className={link}>
                {prompt.name}
              </Link>
            </Step>
            <Step>
              <span aria-current="page">{here}</span>
            </Step>
          </>
        )}
      </ol>
    </nav>
  );
}

/** A step of a breadcrumb, after the first one. */
export function Step({ children }: { readonly children: ReactNode }) {
  return (
    <li className="flex min-w-0 items-center gap-1">
      <ChevronRight aria-hidden="true" className="size-3 shrink-0" />
      {children}
    </li>
  );
}

export interface DescriptionProps {
  readonly prompt: Wire<'Prompt'>;
  readonly isEditing: boolean;
  readonly mayEdit: boolean;
  readonly onEdit: (isEditing: boolean) => void;
}

export function Description({ prompt, isEditing, mayEdit, onEdit }: DescriptionProps) {
  if (isEditing) return <DescriptionForm prompt={prompt} onClose={() => onEdit(false)} />;
  if (prompt.description !== '')
    return <p className="whitespace-pre-line break-words">{prompt.description}</p>;
  return mayEdit ? (
    <button
      type="button"
      onClick={() => onEdit(true)}
      className="self-start rounded-sm text-faint hover:text-fg"
    >
      Add a description
    </button>
  ) : null;
}

function DescriptionForm({
  prompt,
  onClose,
}: {
  readonly prompt: Wire<'Prompt'>;
  readonly onClose: () => void;
}) {
  const writes = usePromptWrites();
  const [text, setText] = useState(prompt.description);
  const [saving, setSaving] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSaving(true);
    await attempt(async () => {
      // Keep white space at the ends, but store a description of only white space as empty.
      const description = text.trim() === '' ? '' : text;
      if (description !== prompt.description) await writes.describe(prompt.id, description);
      onClose();
    }, 'Could not save the description');
    setSaving(false);
  };
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-2">
      <TextArea
        label="Description"
        labelHidden
        autoFocus
        value={text}
        onChange={setText}
        rows={3}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
        }}
      />
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="primary" loading={saving}>
          Save
        </Button>
        <Button size="sm" variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

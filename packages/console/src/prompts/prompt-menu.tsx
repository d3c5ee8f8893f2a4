/** The menu of a prompt. */
import type { Wire } from '@px0/contracts';
import { useNavigate } from '@tanstack/react-router';
import {
  Archive,
  ArchiveRestore,
  ArrowRightLeft,
  Columns2,
  Copy,
  FolderInput,
  MoreHorizontal,
  PenLine,
  ShieldCheck,
} from 'lucide-react';
import { useState } from 'react';
import { copyText, IconButton, Menu, MenuItem, MenuSeparator, toast } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { attempt } from './attempt.ts';
import { ContractDialog } from './contract-dialog.tsx';
import { type PromptWrites, usePromptWrites } from './data/writes.ts';
import { MovePromptDialog } from './move-prompt-dialog.tsx';
import { MoveToFolderDialog } from './move-to-folder.tsx';

export interface PromptMenuProps {
  readonly prompt: Wire<'Prompt'>;
  readonly size?: 'sm' | 'md';
  /** Set where the description can be edited in place. */
  readonly onDescribe?: () => void;
}

export function PromptMenu({ prompt, size = 'md', onDescribe }: PromptMenuProps) {
  const writes = usePromptWrites();
  const navigate = useNavigate();
  const { reason } = usePermissions({ teamId: prompt.team_id });
  const [asked, setAsked] = useState<'team' | 'folder' | 'contract'>();
  const copySlug = async (): Promise<void> => {
    if (await copyText(prompt.slug)) toast({ title: `Copied “${prompt.slug}”` });
  };
  return (
    <>
      <Menu
        trigger={
          <IconButton
            icon={MoreHorizontal}
            label={`Actions for ${prompt.name}`}
            size={size}
            variant={size === 'md' ? 'secondary' : 'ghost'}
          />
        }
      >
        <MenuItem icon={Copy} onSelect={() => void copySlug()}>
          Copy slug
        </MenuItem>
        <MenuItem
          icon={Columns2}
          onSelect={() =>
            void navigate({ to: '/prompts/$promptId/compare', params: { promptId: prompt.id } })
          }
        >
          Compare versions
        </MenuItem>
        {onDescribe && (
          <MenuItem icon={PenLine} onSelect={onDescribe} disabledReason={reason('updatePrompt')}>
            Edit description
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem
          icon={FolderInput}
          onSelect={() => setAsked('folder')}
          disabledReason={reason('patchPrompt')}
        >
          Move to folder…
        </MenuItem>
        <MenuItem
          icon={ShieldCheck}
          onSelect={() => setAsked('contract')}
          disabledReason={reason('patchPrompt')}
        >
          Input contract…
        </MenuItem>
        <MenuItem
          icon={ArrowRightLeft}
          onSelect={() => setAsked('team')}
          disabledReason={reason('movePrompt')}
        >
          Move to another team
        </MenuItem>
        {prompt.status === 'archived' ? (
          <MenuItem
            icon={ArchiveRestore}
            onSelect={() => void restore(prompt, writes)}
            disabledReason={reason('restorePrompt')}
          >
            Restore
          </MenuItem>
        ) : (
          <MenuItem
            icon={Archive}
            tone="danger"
            onSelect={() => void archive(prompt, writes)}
            disabledReason={reason('archivePrompt')}
          >
            Archive
          </MenuItem>
        )}
      </Menu>
      {asked === 'team' && <MovePromptDialog prompt={prompt} open onOpenChange={() => setAsked(undefined)} />}
      {asked === 'folder' && (
        <MoveToFolderDialog prompt={prompt} open onOpenChange={() => setAsked(undefined)} />
      )}
      {asked === 'contract' && (
        <ContractDialog prompt={prompt} open onOpenChange={() => setAsked(undefined)} />
      )}
    </>
  );
}

/** Archiving and restoring can be undone, so neither asks for confirmation. */
function archive(prompt: Wire<'Prompt'>, writes: PromptWrites): Promise<void> {
  return attempt(async () => {
    await writes.archive(prompt.id);
    toast({
      title: `Archived “${prompt.name}”`,
      description: 'Applications can still render it.',
      action: { label: 'Undo', run: () => restore(prompt, writes) },
    });
  }, 'Could not archive the prompt');
}

export function restore(prompt: Wire<'Prompt'>, writes: PromptWrites): Promise<void> {
  return attempt(async () => {
    await writes.restore(prompt.id);
    toast({ title: `Restored “${prompt.name}”` });
  }, 'Could not restore the prompt');
}

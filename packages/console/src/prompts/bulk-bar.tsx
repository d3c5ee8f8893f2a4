/** What can be done with the selected prompts of the list, how far it has come, and what failed. */
import type { Action } from '@px0/access';
import type { Wire } from '@px0/contracts';
import {
  Archive,
  ArchiveRestore,
  ArrowRightLeft,
  ChevronUp,
  Download,
  FolderInput,
  ListChecks,
  type LucideIcon,
  Tag,
  X,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import {
  Button,
  Callout,
  IconButton,
  Menu,
  MenuItem,
  Spinner,
  toast,
  toastError,
  useIsWide,
} from '../ui/mod.ts';
import { useOrgTeams } from '../workspace/mod.ts';
import { type BulkFailure, type BulkOptions, type BulkResult, promptCount } from './bulk.ts';
import { BulkFolderDialog, type BulkOrder, BulkTagDialog, BulkTeamDialog } from './bulk-dialogs.tsx';
import { exportPrompts } from './bulk-export.ts';
import { type BulkWrites, useBulkWrites } from './bulk-writes.ts';
import { useTeamsWhere } from './team-rights.ts';

type Prompt = Wire<'Prompt'>;

export interface BulkBarProps {
  readonly selected: readonly Prompt[];
  /** How many prompts are shown. */
  readonly shown: number;
  readonly onSelectAll: () => void;
  /** Called with the prompts that stay selected. */
  readonly onSelect: (prompts: readonly Prompt[]) => void;
}

interface Failures {
  readonly title: string;
  readonly failed: readonly BulkFailure<Prompt>[];
}

export function BulkBar({ selected, shown, onSelectAll, onSelect }: BulkBarProps) {
  const writes = useBulkWrites();
  const [progress, setProgress] = useState<string>();
  const [failures, setFailures] = useState<Failures>();
  const [asked, setAsked] = useState<'folder' | 'team' | 'tag'>();
  const run = async ({ doing, done: past, fails, act, undo }: BulkOrder): Promise<void> => {
    setAsked(undefined);
    setFailures(undefined);
    setProgress(`${doing}…`);
    const options: BulkOptions = { onProgress: (finished) => setProgress(`${doing}… ${finished} done`) };
    try {
      const { done, failed } = await act(writes, options);
      if (done.length > 0) {
        toast({
          title: `${past} ${promptCount(done.length)}`,
          ...(undo && { action: { label: 'Undo', run: () => undone(undo(writes, done)) } }),
        });
      }
      onSelect(failed.map(({ item }) => item));
      if (failed.length > 0) setFailures({ title: `${fails} ${promptCount(failed.length)}`, failed });
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <>
      {failures !== undefined && <FailureList {...failures} onClose={() => setFailures(undefined)} />}
      {selected.length > 0 && (
        <Actions
          selected={selected}
          shown={shown}
          progress={progress}
          onSelectAll={onSelectAll}
          onClear={() => onSelect([])}
          onAsk={setAsked}
          onRun={(order) => void run(order)}
        />
      )}
      {asked === 'folder' && (
        <BulkFolderDialog prompts={selected} onClose={() => setAsked(undefined)} onRun={run} />
      )}
      {asked === 'team' && (
        <BulkTeamDialog prompts={selected} onClose={() => setAsked(undefined)} onRun={run} />
      )}
      {asked === 'tag' && (
        <BulkTagDialog prompts={selected} onClose={() => setAsked(undefined)} onRun={run} />
      )}
    </>
  );
}

async function undone(undoing: Promise<BulkResult<Prompt>>): Promise<void> {
  const [first] = (await undoing).failed;
  if (first !== undefined) toastError(first.error, `Could not undo it for “${first.item.name}”`);
}

interface FailureListProps extends Failures {
  readonly onClose: () => void;
}

function FailureList({ title, failed, onClose }: FailureListProps) {
  return (
    <Callout
      tone="danger"
      title={title}
      action={<IconButton icon={X} label="Close" size="sm" onClick={onClose} />}
    >
      <ul className="mt-1 max-h-40 overflow-y-auto">
        {failed.map(({ item, error }) => (
          <li key={item.id} className="break-words">
            {item.name}: {sentenceOf(error)}
          </li>
        ))}
      </ul>
    </Callout>
  );
}

interface BulkCommand {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Why it is not allowed, if it is not. */
  readonly reason: string | undefined;
  readonly run: () => void;
}

interface ActionsProps {
  readonly selected: readonly Prompt[];
  readonly shown: number;
  readonly progress: string | undefined;
  readonly onSelectAll: () => void;
  readonly onClear: () => void;
  readonly onAsk: (asked: 'folder' | 'team' | 'tag') => void;
  readonly onRun: (order: BulkOrder) => void;
}

function Actions({ selected, shown, progress, onSelectAll, onClear, onAsk, onRun }: ActionsProps) {
  const teams = useOrgTeams();
  const hasRoom = useIsWide('md');
  const refusal = useRefusal(selected);
  const active = selected.filter(({ status }) => status === 'active');
  const archived = selected.filter(({ status }) => status === 'archived');
  const save = (): void => {
    exportPrompts(selected, (id) => teams.find((team) => team.id === id)?.name ?? 'prompts').then(
      () => toast({ title: `Exported ${promptCount(selected.length)}` }),
      (error: unknown) => toastError(error, 'Could not export the prompts'),
    );
  };
  const actions: readonly BulkCommand[] = [
    {
      id: 'folder',
      label: 'Move to folder…',
      icon: FolderInput,
      reason: refusal('patchPrompt'),
      run: () => onAsk('folder'),
    },
    {
      id: 'team',
      label: 'Move to team…',
      icon: ArrowRightLeft,
      reason: refusal('movePrompt'),
      run: () => onAsk('team'),
    },
    { id: 'tag', label: 'Tag…', icon: Tag, reason: refusal('setVersionTag'), run: () => onAsk('tag') },
    { id: 'export', label: 'Export', icon: Download, reason: undefined, run: save },
    ...(archived.length === 0
      ? []
      : [
          {
            id: 'restore',
            label: 'Restore',
            icon: ArchiveRestore,
            reason: refusal('restorePrompt'),
            run: () => onRun(restoring(archived)),
          },
        ]),
    ...(active.length === 0
      ? []
      : [
          {
            id: 'archive',
            label: 'Archive',
            icon: Archive,
            reason: refusal('archivePrompt'),
            run: () => onRun(archiving(active)),
          },
        ]),
  ];
  useCommands(
    actions.map(({ id, label, icon, reason, run }) => ({
      id: `bulk-${id}`,
      group: 'Selected prompts',
      label: `${label} (${promptCount(selected.length)})`,
      icon,
      run: () => reason === undefined && run(),
    })),
  );
  const canSelectMore = selected.length < shown && progress === undefined;
  const offered = actions.map((action) =>
    progress === undefined ? action : { ...action, reason: 'Wait until this is done' },
  );
  return (
    <section
      aria-label="Selected prompts"
      className="sticky bottom-3 z-10 flex flex-wrap items-center gap-2 max-md:self-center rounded-xl border border-line-strong bg-raised p-2 shadow-high"
    >
      <span role="status" className="flex min-h-7 items-center gap-2 px-2 text-sm tabular-nums">
        {progress === undefined ? (
          `${selected.length} selected`
        ) : (
          <>
            <Spinner className="size-3.5" /> {progress}
          </>
        )}
      </span>
      {hasRoom && canSelectMore && (
        <Button size="sm" variant="ghost" onClick={onSelectAll}>
          Select all {shown}
        </Button>
      )}
      <span className="flex flex-1 flex-wrap justify-end gap-2">
        {hasRoom ? (
          offered.map(({ id, label, icon, reason, run }) => (
            <Button key={id} size="sm" icon={icon} disabledReason={reason} onClick={run}>
              {label}
            </Button>
          ))
        ) : (
          <ActionMenu actions={offered}>
            {canSelectMore && (
              <MenuItem icon={ListChecks} onSelect={onSelectAll}>
                Select all {shown}
              </MenuItem>
            )}
          </ActionMenu>
        )}
        <IconButton icon={X} label="Clear selection" size="sm" onClick={onClear} />
      </span>
    </section>
  );
}

interface ActionMenuProps {
  readonly actions: readonly BulkCommand[];
  /** Further items, which come first. */
  readonly children: ReactNode;
}

/** All actions behind one button, where the window is too narrow for a row of them. */
function ActionMenu({ actions, children }: ActionMenuProps) {
  return (
    <Menu
      side="top"
      trigger={
        <Button size="sm" icon={ChevronUp}>
          Actions
        </Button>
      }
    >
      {children}
      {actions.map(({ id, label, icon, reason, run }) => (
        <MenuItem key={id} icon={icon} disabledReason={reason} onSelect={run}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

function archiving(prompts: readonly Prompt[]): BulkOrder {
  return {
    doing: 'Archiving',
    done: 'Archived',
    fails: 'Could not archive',
    act: (writes: BulkWrites, options: BulkOptions) => writes.archive(prompts, options),
    undo: (writes, done) => writes.restore(done),
  };
}

function restoring(prompts: readonly Prompt[]): BulkOrder {
  return {
    doing: 'Restoring',
    done: 'Restored',
    fails: 'Could not restore',
    act: (writes, options) => writes.restore(prompts, options),
    undo: (writes, done) => writes.archive(done),
  };
}

/** Why an action is not allowed for all of the prompts: the teams in which it is not. */
function useRefusal(prompts: readonly Prompt[]): (action: BulkAction) => string | undefined {
  const teams = useOrgTeams();
  const allowed: { readonly [A in BulkAction]: readonly { readonly id: string }[] } = {
    patchPrompt: useTeamsWhere('patchPrompt'),
    movePrompt: useTeamsWhere('movePrompt'),
    setVersionTag: useTeamsWhere('setVersionTag'),
    restorePrompt: useTeamsWhere('restorePrompt'),
    archivePrompt: useTeamsWhere('archivePrompt'),
  };
  return (action) => {
    const refused = new Set(prompts.map(({ team_id }) => team_id)).difference(
      new Set(allowed[action].map(({ id }) => id)),
    );
    if (refused.size === 0) return undefined;
    const names = teams.filter(({ id }) => refused.has(id)).map(({ name }) => name);
    return `Your role in ${names.join(', ')} doesn’t allow this.`;
  };
}

type BulkAction = Extract<
  Action,
  'patchPrompt' | 'movePrompt' | 'setVersionTag' | 'restorePrompt' | 'archivePrompt'
>;

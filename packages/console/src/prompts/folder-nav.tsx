/** The folders beside the list of prompts. A prompt can be dropped on one; `MoveToFolderDialog` does the same by keyboard. */
import { Link } from '@tanstack/react-router';
import { Folder as FolderIcon, FolderOpen, Inbox, Library } from 'lucide-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { classes } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { type Folder, NO_FOLDER, openFolders } from './folder-tree.ts';
import { type PromptSearch, withFolder } from './list-search.ts';
import { moveToFolder } from './move-to-folder.tsx';
import { draggedPrompt } from './prompt-drag.ts';

export interface TeamFolders {
  readonly teamId: string;
  /** Absent if only one team is shown. */
  readonly name: string | undefined;
  readonly tree: readonly Folder[];
}

export interface FolderNavProps {
  readonly teams: readonly TeamFolders[];
  readonly search: PromptSearch;
}

/** More would slow the page down; the field of the move dialog and the search reach the others. */
const MOST_SHOWN = 300;

export function FolderNav({ teams, search }: FolderNavProps) {
  const { folder } = search;
  return (
    <nav aria-label="Folders" className="flex flex-col gap-3 text-sm">
      <ul>
        <Item
          icon={Library}
          search={withFolder(search, search.team, undefined)}
          isChosen={folder === undefined}
        >
          All folders
        </Item>
      </ul>
      {teams.map(({ teamId, name, tree }) => {
        const isHere = folder !== undefined && (search.team === teamId || teams.length === 1);
        const chosen = isHere ? folder : '';
        return (
          <section key={teamId} aria-label={name ?? 'Folders of the team'}>
            {name !== undefined && <h2 className="px-2 pb-1 font-medium text-faint text-xs">{name}</h2>}
            <ul>
              {openFolders(tree, chosen)
                .slice(0, MOST_SHOWN)
                .map(({ path, name: label, depth, prompts }) => (
                  <Item
                    key={path}
                    icon={path === chosen ? FolderOpen : FolderIcon}
                    search={withFolder(search, teamId, path)}
                    isChosen={path === chosen}
                    depth={depth}
                    title={path}
                    drop={{ teamId, path }}
                    count={prompts}
                  >
                    {label}
                  </Item>
                ))}
              <Item
                icon={Inbox}
                search={withFolder(search, teamId, NO_FOLDER)}
                isChosen={chosen === NO_FOLDER}
                drop={{ teamId, path: '' }}
              >
                No folder
              </Item>
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

interface ItemProps {
  readonly icon: typeof FolderIcon;
  readonly search: PromptSearch;
  readonly isChosen: boolean;
  readonly depth?: number;
  readonly title?: string;
  /** Where a prompt that is dropped goes. */
  readonly drop?: { readonly teamId: string; readonly path: string };
  readonly count?: number;
  readonly children: ReactNode;
}

/** Tailwind finds only classes that stand in the source. A path has at most eight parts. */
const indents = ['pl-2', 'pl-5', 'pl-8', 'pl-11', 'pl-14', 'pl-17', 'pl-20', 'pl-23'] as const;

function Item({ icon: Icon, search, isChosen, depth = 0, title, drop, count, children }: ItemProps) {
  const writes = usePromptWrites();
  const [isTarget, setTarget] = useState(false);
  const taken = (event: DragEvent) => drop && draggedPrompt(event, drop.teamId);
  return (
    <li>
      <Link
        to="/prompts"
        search={search}
        title={title}
        aria-current={isChosen ? 'true' : undefined}
        draggable={false}
        onDragOver={(event) => {
          if (taken(event) === undefined) return;
          event.preventDefault();
          setTarget(true);
        }}
        onDragLeave={() => setTarget(false)}
        onDrop={(event) => {
          setTarget(false);
          const prompt = taken(event);
          if (prompt === undefined || drop === undefined) return;
          event.preventDefault();
          void attempt(() => moveToFolder(writes, prompt, drop.path), 'Could not move the prompt');
        }}
        className={classes(
          'flex min-h-8 items-center gap-2 rounded-md pr-2 transition-colors hover:bg-hover',
          indents[depth] ?? 'pl-23',
          isChosen ? 'bg-hover font-medium text-fg' : 'text-muted',
          isTarget && 'outline-2 outline-accent -outline-offset-2',
        )}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
        <span className="min-w-0 flex-1 truncate">{children}</span>
        {count !== undefined && (
          <span className="text-faint text-xs tabular-nums">
            {count}
            <span className="sr-only">{count === 1 ? ' prompt' : ' prompts'}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

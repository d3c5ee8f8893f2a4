/** The chosen folder above the list: the way to it, and what can be done with it. */
import { Link } from '@tanstack/react-router';
import { FolderPen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { NO_FOLDER, nameOfFolder, stepsTo } from './folder-tree.ts';
import { type PromptSearch, withFolder } from './list-search.ts';
import { MoveFolderDialog } from './move-folder-dialog.tsx';
import { Step } from './prompt-heading.tsx';

export interface FolderHeadingProps {
  readonly teamId: string;
  readonly path: string;
  readonly search: PromptSearch;
  readonly onMoved: (path: string) => void;
}

export function FolderHeading({ teamId, path, search, onMoved }: FolderHeadingProps) {
  const { reason } = usePermissions({ teamId });
  const [moving, setMoving] = useState(false);
  const link = 'rounded-sm hover:text-fg hover:underline underline-offset-2';
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-2">
      <nav aria-label="Folder" className="min-w-0 flex-1">
        <ol className="flex flex-wrap items-center gap-1 text-faint text-sm">
          <li>
            <Link to="/prompts" search={withFolder(search, search.team, undefined)} className={link}>
              All folders
            </Link>
          </li>
          {path === NO_FOLDER ? (
            <Step>
              <span aria-current="page" className="text-fg">
                No folder
              </span>
            </Step>
          ) : (
            stepsTo(path).map((step) => (
              <Step key={step}>
                {step === path ? (
                  <span aria-current="page" className="break-all text-fg">
                    {nameOfFolder(step)}
                  </span>
                ) : (
                  <Link to="/prompts" search={withFolder(search, teamId, step)} className={link}>
                    {nameOfFolder(step)}
                  </Link>
                )}
              </Step>
            ))
          )}
        </ol>
      </nav>
      {path !== NO_FOLDER && (
        <Button
          size="sm"
          variant="ghost"
          icon={FolderPen}
          disabledReason={reason('moveFolder')}
          onClick={() => setMoving(true)}
        >
          Rename or move
        </Button>
      )}
      {moving && (
        <MoveFolderDialog teamId={teamId} path={path} open onOpenChange={setMoving} onMoved={onMoved} />
      )}
    </div>
  );
}

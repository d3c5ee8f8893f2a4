/** Explains why a version is read-only, and offers a new draft based on it. */
import { CopyPlus, Lock } from 'lucide-react';
import { useDuplicate, type Version } from '../prompts/mod.ts';
import { Button } from '../ui/mod.ts';
import type { Permissions } from '../workspace/mod.ts';

export interface ReadOnlyNoteProps {
  readonly promptId: string;
  readonly version: Version;
  readonly permissions: Permissions;
}

export function ReadOnlyNote({ promptId, version, permissions }: ReadOnlyNoteProps) {
  const duplicate = useDuplicate(promptId);
  const isDraft = version.status === 'draft';
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b bg-panel px-4 py-2 text-muted text-sm">
      <Lock aria-hidden="true" className="size-3.5 shrink-0" />
      <span className="min-w-0 flex-1">
        {isDraft ? 'You have view-only access.' : `${capitalised(version.status)} versions are read-only.`}{' '}
        You can still try other values here.
      </span>
      {!isDraft && (
        <Button
          size="sm"
          icon={CopyPlus}
          disabledReason={permissions.reason('duplicateVersion')}
          onClick={() => void duplicate(version.version)}
        >
          Edit as new draft
        </Button>
      )}
    </p>
  );
}

function capitalised(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** The tags of a version, each with a button to remove it. The toast offers an undo. A protected tag has a lock, and its removal may need a review. */
import { Lock, Tag, X } from 'lucide-react';
import { useState } from 'react';
import { isPathSegment } from '../text/mod.ts';
import { ConfirmDialog, copyText, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { usePolicyChoice } from './policy-choice.tsx';
import { useProtectors } from './use-protectors.ts';
import type { Version } from './version-actions.ts';

export interface TagListProps {
  readonly promptId: string;
  readonly version: Version;
  readonly isRemovable: boolean;
}

export function TagList({ promptId, version, isRemovable }: TagListProps) {
  const writes = usePromptWrites();
  const protectors = useProtectors(promptId);
  const [asked, setAsked] = useState<string>();
  if (version.tags.length === 0) return null;
  const remove = (tag: string): Promise<void> =>
    attempt(async () => {
      await writes.removeTag(promptId, tag);
      toast({
        title: `Removed the tag “${tag}”`,
        action: { label: 'Undo', run: () => attempt(() => writes.setTag(promptId, version.version, tag)) },
      });
    });
  return (
    <>
      <ul aria-label={`Tags of version ${version.version}`} className="relative flex flex-wrap gap-1">
        {version.tags.map((tag) => {
          const isProtected = protectors.ofTag(tag).length > 0;
          const Icon = isProtected ? Lock : Tag;
          return (
            <li
              key={tag}
              className="inline-flex h-6 items-center gap-1 rounded-full border border-line bg-raised pl-2 font-mono text-muted text-xs"
            >
              <Icon aria-hidden="true" className="size-3 text-faint" />
              <span className={isRemovable ? '' : 'pr-2'}>
                {tag}
                {isProtected && (
                  <span className="sr-only">
                    , protected by{' '}
                    {protectors
                      .ofTag(tag)
                      .map(({ name }) => name)
                      .join(', ')}
                  </span>
                )}
              </span>
              {isRemovable && (
                <button
                  type="button"
                  aria-label={`Remove tag ${tag}`}
                  onClick={() =>
                    !isPathSegment(tag)
                      ? sayHowToRemove(promptId, tag)
                      : isProtected
                        ? setAsked(tag)
                        : void remove(tag)
                  }
                  className="grid size-6 place-items-center rounded-full text-faint hover:bg-hover hover:text-fg"
                >
                  <X aria-hidden="true" className="size-3" />
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {asked !== undefined && (
        <RemovalDialog
          promptId={promptId}
          version={version.version}
          tag={asked}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

interface RemovalDialogProps {
  readonly promptId: string;
  readonly version: number;
  readonly tag: string;
  readonly onClose: () => void;
}

/** Asks before a protected tag is removed, which applications read. */
function RemovalDialog({ promptId, version, tag, onClose }: RemovalDialogProps) {
  const writes = usePromptWrites();
  const choice = usePolicyChoice({
    promptId,
    transition: 'tag',
    version,
    tag,
    change: { kind: 'remove_tag', tag },
    title: `Remove the tag “${tag}”`,
    verb: 'Remove tag',
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Remove the protected tag “${tag}”?`}
      description={`Applications that render by this tag get version ${version} now, and 404 without it.`}
      tone={choice.way === 'propose' ? 'neutral' : 'danger'}
      confirmLabel={choice.confirmLabel}
      disabledReason={choice.missing}
      onConfirm={() =>
        choice.go(async (reason) => {
          await writes.removeTag(promptId, tag, reason);
          toast({ title: `Removed the tag “${tag}”` });
        })
      }
    >
      {choice.fields}
    </ConfirmDialog>
  );
}

/** Handles a tag `.` or `..`, set before px0 rejected them. A browser would drop it from the URL and delete something else. */
function sayHowToRemove(promptId: string, tag: string): void {
  const address = `${location.origin}/v1/prompts/${promptId}/tags/${tag}`;
  const command = `curl --path-as-is -X DELETE -H "Authorization: Bearer $PX0_ACCESS_TOKEN" ${address}`;
  toast({
    tone: 'danger',
    title: `Can’t remove the tag “${tag}” here`,
    description: 'Browsers can’t send it in a URL. Use a command instead.',
    action: { label: 'Copy command', run: () => void copyText(command) },
  });
}

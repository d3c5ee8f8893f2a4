/** The tags of a version, each with a button to remove it. The toast offers an undo. */
import { Tag, X } from 'lucide-react';
import { isPathSegment } from '../text/mod.ts';
import { copyText, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import type { Version } from './version-actions.ts';

export interface TagListProps {
  readonly promptId: string;
  readonly version: Version;
  readonly isRemovable: boolean;
}

export function TagList({ promptId, version, isRemovable }: TagListProps) {
  const writes = usePromptWrites();
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
    <ul aria-label={`Tags of version ${version.version}`} className="relative flex flex-wrap gap-1">
      {version.tags.map((tag) => (
        <li
          key={tag}
          className="inline-flex h-6 items-center gap-1 rounded-full border border-line bg-raised pl-2 font-mono text-muted text-xs"
        >
          <Tag aria-hidden="true" className="size-3 text-faint" />
          <span className={isRemovable ? '' : 'pr-2'}>{tag}</span>
          {isRemovable && (
            <button
              type="button"
              aria-label={`Remove tag ${tag}`}
              onClick={() => (isPathSegment(tag) ? void remove(tag) : sayHowToRemove(promptId, tag))}
              className="grid size-6 place-items-center rounded-full text-faint hover:bg-hover hover:text-fg"
            >
              <X aria-hidden="true" className="size-3" />
            </button>
          )}
        </li>
      ))}
    </ul>
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

/** A prompt in the list: what is live, and who changed it last and why. */
import type { Wire } from '@px0/contracts';
import { Link } from '@tanstack/react-router';
import { Folder, Tag } from 'lucide-react';
import { Badge, Time } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { changeSentence } from './audit-sentence.ts';
import { endDrag, startDrag } from './prompt-drag.ts';
import { PromptMenu } from './prompt-menu.tsx';
import type { ActorName } from './use-actor-name.ts';

export interface PromptRowProps {
  readonly prompt: Wire<'Prompt'>;
  readonly nameOf: ActorName;
  /** The folder that the list is narrowed to, if any. */
  readonly shownFolder: string | undefined;
}

export function PromptRow({ prompt, nameOf, shownFolder }: PromptRowProps) {
  const { summary, folder } = prompt;
  const { may } = usePermissions({ teamId: prompt.team_id });
  return (
    <li
      onDragStart={(event) => may('patchPrompt') && startDrag(event, prompt)}
      onDragEnd={endDrag}
      className="relative flex items-center gap-3 px-4 py-3 transition-colors focus-within:bg-panel hover:bg-panel"
    >
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/prompts/$promptId"
            params={{ promptId: prompt.id }}
            data-row
            className="max-w-full truncate font-medium text-sm after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
          >
            {prompt.name}
          </Link>
          {prompt.status === 'archived' && <Badge>Archived</Badge>}
          {summary && <Standing summary={summary} />}
          {folder !== '' && folder !== shownFolder && (
            <Link
              to="/prompts"
              search={{ team: prompt.team_id, folder }}
              draggable={false}
              className="relative inline-flex min-h-6 min-w-0 items-center gap-1 rounded-sm text-faint text-xs hover:text-fg hover:underline"
            >
              <Folder aria-hidden="true" className="size-3 shrink-0" />
              <span className="sr-only">Folder </span>
              <span className="truncate">{folder}</span>
            </Link>
          )}
        </div>
        <div className="flex min-w-0 items-baseline gap-2 text-xs">
          <code className="max-w-[45%] shrink-0 truncate text-faint">{prompt.slug}</code>
          {prompt.description !== '' && <span className="truncate text-muted">{prompt.description}</span>}
        </div>
        {summary?.last_change && (
          <LastChange
            change={summary.last_change}
            liveVersion={summary.live_version}
            name={summary.last_change.actor === null ? 'Someone' : nameOf(summary.last_change.actor)}
          />
        )}
      </div>
      {!summary?.last_change && (
        <span className="relative shrink-0 text-faint text-xs max-sm:hidden">
          <Time timestamp={prompt.updated_at} />
        </span>
      )}
      <span className="relative">
        <PromptMenu prompt={prompt} size="sm" />
      </span>
    </li>
  );
}

type Summary = NonNullable<Wire<'Prompt'>['summary']>;

/** The version that applications get, its tags, and whether it is a conversation. */
function Standing({ summary: { live_version, live_tags, versions, kind } }: { readonly summary: Summary }) {
  return (
    <>
      {live_version === null ? (
        <Badge tone="outline">{versions === 0 ? 'No versions' : 'Not live'}</Badge>
      ) : (
        <Badge tone="success" dot>
          v{live_version} live
        </Badge>
      )}
      {kind === 'chat' && <Badge tone="outline">Chat</Badge>}
      {live_tags.map((tag) => (
        <Badge key={tag} tone="outline" icon={Tag} mono>
          {tag}
        </Badge>
      ))}
    </>
  );
}

interface LastChangeProps {
  readonly change: NonNullable<Summary['last_change']>;
  readonly liveVersion: number | null;
  readonly name: string;
}

function LastChange({ change, liveVersion, name }: LastChangeProps) {
  return (
    <p className="flex min-w-0 flex-wrap gap-x-2 text-faint text-xs">
      <span className="min-w-0 break-words">
        {name} {changeSentence(change, liveVersion)}{' '}
        <span className="relative">
          <Time timestamp={change.created_at} />
        </span>
      </span>
      {change.note !== '' && <span className="min-w-0 truncate text-muted">“{change.note}”</span>}
    </p>
  );
}

/** A prompt in the list: what is live, how often it is rendered, and who changed it last and why. */
import type { Wire } from '@px0/contracts';
import { Link } from '@tanstack/react-router';
import { Folder, Tag } from 'lucide-react';
import { memo } from 'react';
import { Badge, classes, countText, Sparkline, Time } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { changeSentence } from './audit-sentence.ts';
import { endDrag, startDrag } from './prompt-drag.ts';
import { PromptMenu } from './prompt-menu.tsx';

export interface PromptRowProps {
  readonly prompt: Wire<'Prompt'>;
  /** Who changed it last. */
  readonly changedBy: string;
  /** The name of its team, where the list is of several. */
  readonly team: string | undefined;
  /** The folder that the list is narrowed to, if any. */
  readonly shownFolder: string | undefined;
  /** Whether the window is wide enough for a chart in each row. */
  readonly hasRoom: boolean;
  readonly isSelected: boolean;
  readonly onToggle: (id: string, isRange: boolean) => void;
}

export const PromptRow = memo(function PromptRow({
  prompt,
  changedBy,
  team,
  shownFolder,
  hasRoom,
  isSelected,
  onToggle,
}: PromptRowProps) {
  const { summary, folder } = prompt;
  const { may } = usePermissions({ teamId: prompt.team_id });
  return (
    <li
      onDragStart={(event) => may('patchPrompt') && startDrag(event, prompt)}
      onDragEnd={endDrag}
      className={classes(
        'relative flex items-start gap-2 py-3 pr-4 pl-2 transition-colors focus-within:bg-panel hover:bg-panel',
        // The bar of selected prompts lies on the end of the list: what gets the focus is scrolled above it, with the rest of the row.
        '**:scroll-mb-44',
        isSelected && 'bg-accent-soft',
      )}
    >
      <label className="relative z-1 grid size-6 shrink-0 place-items-center">
        <span className="sr-only">Select {prompt.name}</span>
        <input
          type="checkbox"
          checked={isSelected}
          // A click tells whether Shift is held; a change does not.
          onClick={(event) => onToggle(prompt.id, event.shiftKey)}
          onChange={() => undefined}
          className="size-4 accent-accent"
        />
      </label>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/prompts/$promptId"
            params={{ promptId: prompt.id }}
            data-row={prompt.id}
            className="max-w-full truncate font-medium text-sm after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
          >
            {prompt.name}
          </Link>
          {prompt.status === 'archived' && <Badge>Archived</Badge>}
          {summary && <Standing summary={summary} />}
          {team !== undefined && (
            <Link
              to="/prompts"
              search={{ team: prompt.team_id }}
              draggable={false}
              className="relative inline-flex min-h-6 min-w-0 items-center rounded-sm text-faint text-xs hover:text-fg hover:underline"
            >
              <span className="sr-only">Team </span>
              <span className="truncate">{team}</span>
            </Link>
          )}
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
          {summary !== undefined && summary.versions > 0 && (
            <span className="shrink-0 text-faint">
              {summary.versions === 1 ? '1 version' : `${summary.versions} versions`}
            </span>
          )}
          {prompt.description !== '' && <span className="truncate text-muted">{prompt.description}</span>}
        </div>
        {summary?.last_change && (
          <LastChange change={summary.last_change} liveVersion={summary.live_version} name={changedBy} />
        )}
        {!summary?.last_change && (
          <p className="text-faint text-xs">
            Changed{' '}
            <span className="relative">
              <Time timestamp={prompt.updated_at} />
            </span>
          </p>
        )}
        {!hasRoom && summary?.usage && (
          <p className="text-faint text-xs">{rendersText(summary.usage)} in 30 days</p>
        )}
      </div>
      {hasRoom && summary?.usage && <Renders usage={summary.usage} />}
      <span className="relative">
        <PromptMenu prompt={prompt} size="sm" />
      </span>
    </li>
  );
});

type Summary = NonNullable<Wire<'Prompt'>['summary']>;

/** Further tags of other versions are counted. */
const MOST_TAGS = 3;

/** The version that applications get, the draft that may follow it, tags, and whether it is a conversation. */
function Standing({ summary }: { readonly summary: Summary }) {
  const { live_version, live_tags, tags, draft_version, versions, kind } = summary;
  const others = tags.filter(({ version }) => version !== live_version);
  return (
    <>
      {live_version === null ? (
        <Badge tone="outline">{versions === 0 ? 'No versions' : 'Not live'}</Badge>
      ) : (
        <Badge tone="success" dot>
          v{live_version} live
        </Badge>
      )}
      {draft_version !== null && draft_version > (live_version ?? 0) && (
        <Badge tone="warning">v{draft_version} draft</Badge>
      )}
      {kind === 'chat' && <Badge tone="outline">Chat</Badge>}
      {live_tags.map((tag) => (
        <Badge key={tag} tone="outline" icon={Tag} mono>
          {tag}
        </Badge>
      ))}
      {others.slice(0, MOST_TAGS).map(({ tag, version }) => (
        <Badge key={tag} tone="outline" icon={Tag} mono>
          {tag} v{version}
        </Badge>
      ))}
      {others.length > MOST_TAGS && (
        <span className="text-faint text-xs">
          +{others.length - MOST_TAGS}
          <span className="sr-only"> more tags</span>
        </span>
      )}
    </>
  );
}

type Usage = NonNullable<Summary['usage']>;

function rendersText({ renders, failures }: Usage): string {
  if (renders === 0 && failures === 0) return 'No renders';
  const rendered = renders === 1 ? '1 render' : `${countText(renders)} renders`;
  return failures === 0 ? rendered : `${rendered}, ${countText(failures)} failed`;
}

/** How often it was rendered in 30 days. */
function Renders({ usage }: { readonly usage: Usage }) {
  return (
    <div className="flex w-32 shrink-0 flex-col items-end gap-1 pt-1">
      {usage.renders > 0 && <Sparkline values={usage.daily} />}
      <p className="text-right text-faint text-xs tabular-nums">
        {rendersText(usage)}
        <span className="sr-only"> in 30 days</span>
      </p>
    </div>
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

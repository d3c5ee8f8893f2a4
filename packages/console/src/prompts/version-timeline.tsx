/** The versions of a prompt as a timeline, newest first. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FoldVertical, UnfoldVertical } from 'lucide-react';
import { useState } from 'react';
import { Button, Select } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import { attempt } from './attempt.ts';
import { auditPages } from './data/readings.ts';
import { usePromptWrites } from './data/writes.ts';
import { stepNotes } from './step-notes.ts';
import { TagDialog } from './tag-dialog.tsx';
import {
  countsOf,
  foldText,
  type TimelineFilter,
  type TimelineRow,
  timelineFilters,
  timelineRows,
} from './timeline-rows.ts';
import { TransitionDialog, type TransitionRequest } from './transition-dialog.tsx';
import { useActorName } from './use-actor-name.ts';
import { useProtectors } from './use-protectors.ts';
import type { Version } from './version-actions.ts';
import { VersionCard } from './version-card.tsx';

export interface VersionTimelineProps {
  readonly promptId: string;
  readonly teamId: string;
  readonly versions: readonly Version[];
  /** Which versions are shown; undefined: all, with old drafts folded. */
  readonly filter: TimelineFilter | undefined;
  readonly onFilter: (filter: TimelineFilter | undefined) => void;
}

/** Fewer versions are at one glance and need no filter. */
const FILTERED_FROM = 6;
/** Cards shown at first. A prompt may have hundreds of versions. */
const PAGE = 30;

export function VersionTimeline({ promptId, teamId, versions, filter, onFilter }: VersionTimelineProps) {
  const permissions = usePermissions({ teamId });
  const protectors = useProtectors(promptId);
  const [request, setRequest] = useState<TransitionRequest>();
  const [tagged, setTagged] = useState<Version>();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [most, setMost] = useState(PAGE);
  const toggle = (newest: number): void =>
    setOpened(
      new Set(opened.has(newest) ? [...opened].filter((one) => one !== newest) : [...opened, newest]),
    );
  const duplicate = useDuplicate(promptId);
  const rows = timelineRows(versions, filter, opened);
  // The notes are in the latest entries of the activity, which that tab shows, too.
  const latest = useInfiniteQuery(auditPages(promptId)).data?.pages.flatMap(({ entries }) => entries);
  const notes = stepNotes(latest ?? []);
  const nameOf = useActorName(teamId, [
    ...versions.map(({ created_by }) => created_by).filter((author) => author !== null),
    ...[...notes.values()].map(({ actor }) => actor),
  ]);
  return (
    <>
      {(versions.length >= FILTERED_FROM || filter !== undefined) && (
        <div className="-mb-2 flex justify-end">
          <Filter versions={versions} value={filter} onChange={onFilter} />
        </div>
      )}
      {rows.length === 0 && (
        <p className="rounded-lg border border-line border-dashed px-4 py-6 text-center text-muted text-sm">
          No version of this kind.
        </p>
      )}
      <ol className="relative flex flex-col">
        {rows
          .slice(0, most)
          .map((row) =>
            row.kind === 'fold' ? (
              <Fold
                key={`fold-${keyOf(row)}`}
                versions={row.versions}
                isOpen={row.isOpen}
                onToggle={() => toggle(keyOf(row))}
              />
            ) : (
              <VersionCard
                key={keyOf(row)}
                promptId={promptId}
                version={row.version}
                versions={versions}
                permissions={permissions}
                protectors={protectors}
                step={notes.get(row.version.version)}
                nameOf={nameOf}
                onRequest={setRequest}
                onTag={() => setTagged(row.version)}
                onDuplicate={() => void duplicate(row.version.version)}
              />
            ),
          )}
      </ol>
      {rows.length > most && (
        <Button variant="ghost" className="self-center" onClick={() => setMost(most + PAGE)}>
          Show {Math.min(PAGE, rows.length - most)} more of {rows.length}
        </Button>
      )}
      <TransitionDialog
        promptId={promptId}
        versions={versions}
        request={request}
        onClose={() => setRequest(undefined)}
      />
      <TagDialog
        promptId={promptId}
        versions={versions}
        version={tagged}
        onClose={() => setTagged(undefined)}
      />
    </>
  );
}

/** Copies a version as a new draft and opens it. */
export function useDuplicate(promptId: string): (version: number) => Promise<void> {
  const writes = usePromptWrites();
  const navigate = useNavigate();
  return (from) =>
    attempt(async () => {
      const { version } = await writes.duplicate(promptId, from);
      await navigate({
        to: '/prompts/$promptId/versions/$version',
        params: { promptId, version: String(version.version) },
      });
    }, 'Could not create a draft');
}

function keyOf(row: TimelineRow): number {
  return row.kind === 'version' ? row.version.version : (row.versions[0]?.version ?? 0);
}

const filterNames: { readonly [F in TimelineFilter]: string } = {
  live: 'Live',
  stable: 'Stable',
  draft: 'Drafts',
  archived: 'Archived',
  tagged: 'Tagged',
};

interface FilterProps {
  readonly versions: readonly Version[];
  readonly value: TimelineFilter | undefined;
  readonly onChange: (filter: TimelineFilter | undefined) => void;
}

function Filter({ versions, value, onChange }: FilterProps) {
  const counts = countsOf(versions);
  const filters = timelineFilters.filter((filter) => counts[filter] > 0 || filter === value);
  return (
    <Select
      label="Show"
      labelHidden
      size="sm"
      value={value ?? 'all'}
      onChange={(chosen) => onChange(filters.find((filter) => filter === chosen))}
      options={[
        { value: 'all', label: `All ${versions.length} versions` },
        ...filters.map((filter) => ({ value: filter, label: `${filterNames[filter]} (${counts[filter]})` })),
      ]}
      className="min-w-36"
    />
  );
}

interface FoldProps {
  readonly versions: readonly Version[];
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Fold({ versions, isOpen, onToggle }: FoldProps) {
  const Icon = isOpen ? FoldVertical : UnfoldVertical;
  const [newest, oldest] = [versions[0]?.version, versions.at(-1)?.version];
  return (
    <li className="group relative pb-3 pl-8 last:pb-0">
      <span
        aria-hidden="true"
        className="absolute top-7 bottom-0 left-[7px] w-px border-line border-l border-dashed group-last:hidden"
      />
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onToggle}
        className="flex min-h-9 w-full items-center gap-2 rounded-xl border border-line border-dashed px-4 py-1.5 text-left text-muted text-xs transition-colors hover:bg-panel hover:text-fg"
      >
        <Icon aria-hidden="true" className="size-3.5 shrink-0" />
        <span>
          {isOpen ? 'Hide' : 'Show'} {foldText(versions)}
        </span>
        <span className="ml-auto text-faint tabular-nums">
          v{oldest} to v{newest}
        </span>
      </button>
    </li>
  );
}

/** The list of prompts, its selection, and what can be done with that. */
import type { Wire } from '@px0/contracts';
import { FileText, SearchX } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useCommands, useListKeys } from '../commands/mod.ts';
import { Button, Card, classes, EmptyState, Failure, SkeletonRows, useIsWide } from '../ui/mod.ts';
import { isFiltered, type PromptSearch } from './list-search.ts';
import { OtherOrganizations } from './other-organizations.tsx';
import { MOST_LISTED } from './prompt-pages.ts';
import { PromptRow } from './prompt-row.tsx';
import { nothingSelected, type Selection, toggled } from './selection.ts';
import { StartChecklist } from './start/start-checklist.tsx';
import { useFirstSteps } from './start/use-first-steps.ts';
import { type ActorName, useActorName } from './use-actor-name.ts';
import { usePromptPages } from './use-prompt-pages.ts';

/** Loaded with the first selection. */
const BulkBar = lazy(async () => ({ default: (await import('./bulk-bar.tsx')).BulkBar }));

export interface PromptListProps {
  readonly search: PromptSearch;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly create: ReactNode;
  readonly onClear: () => void;
}

export function PromptList({ search, teams, create, onClear }: PromptListProps) {
  const list = useRef<HTMLDivElement>(null);
  const hasRoom = useIsWide('md');
  useListKeys(list, 'Prompts');
  const pages = usePromptPages(
    teams.map(({ id }) => id),
    search,
  );
  const { prompts } = pages;
  const nameOf = useActorName(
    teams[0]?.id ?? '',
    prompts.flatMap(({ summary }) => summary?.last_change?.actor ?? []),
  );
  const [selection, setSelection] = useState(nothingSelected);
  const [filters, setFilters] = useState(search);
  if (filters !== search) {
    // What is selected is what is shown.
    setFilters(search);
    setSelection(nothingSelected);
  }
  const selected = prompts.filter(({ id }) => selection.ids.has(id));
  const [hasSelected, setHasSelected] = useState(false);
  const toggle = useCallback(
    (id: string, isRange: boolean): void => {
      setHasSelected(true);
      setSelection((before) => toggled(before, { id, isRange, shown: prompts.map((prompt) => prompt.id) }));
    },
    [prompts],
  );
  useCommands([
    {
      id: 'select-prompt',
      group: 'Prompts',
      label: 'Select the prompt',
      shortcut: 'x',
      isShortcutOnly: true,
      run: () => {
        const row = list.current?.querySelector<HTMLElement>('a[data-row]:focus');
        if (row?.dataset['row'] !== undefined) toggle(row.dataset['row'], false);
      },
    },
  ]);
  if (pages.error) return <Failure error={pages.error} retry={pages.refetch} />;
  if (pages.isPending) {
    return (
      <Card>
        <SkeletonRows label="prompts" rows={6} />
      </Card>
    );
  }
  if (prompts.length === 0) {
    return (
      <Card>
        {isFiltered(search) ? (
          <NothingFound search={search} onClear={onClear} />
        ) : (
          <NoPrompts create={create} />
        )}
      </Card>
    );
  }
  const names = new Map(teams.map(({ id, name }) => [id, name] as const));
  return (
    <div
      ref={list}
      className={classes('flex flex-col gap-3 transition-opacity', pages.isStale && 'opacity-60')}
    >
      <Card className="overflow-hidden">
        <ul aria-label="Prompts" className="divide-y divide-line">
          {prompts.map((prompt) => (
            <PromptRow
              key={prompt.id}
              prompt={prompt}
              changedBy={nameOfLast(prompt, nameOf)}
              team={teams.length > 1 ? names.get(prompt.team_id) : undefined}
              shownFolder={search.folder}
              hasRoom={hasRoom}
              isSelected={selection.ids.has(prompt.id)}
              onToggle={toggle}
            />
          ))}
        </ul>
      </Card>
      {teams.length > MOST_LISTED && (
        <p className="text-muted text-xs">
          These are the prompts of your first {MOST_LISTED} teams. Filter by team to see the others.
        </p>
      )}
      {pages.hasMore && <More isLoading={pages.isFetchingMore} onMore={pages.more} />}
      {hasSelected && (
        <Suspense>
          <BulkBar
            selected={selected}
            shown={prompts.length}
            onSelectAll={() => setSelection(selectionOf(prompts))}
            onSelect={(kept) => setSelection(selectionOf(kept))}
          />
        </Suspense>
      )}
    </div>
  );
}

function nameOfLast({ summary }: Wire<'Prompt'>, nameOf: ActorName): string {
  const actor = summary?.last_change?.actor ?? null;
  return actor === null ? 'Someone' : nameOf(actor);
}

function selectionOf(prompts: readonly { readonly id: string }[]): Selection {
  return { ids: new Set(prompts.map(({ id }) => id)), anchor: undefined };
}

/** Loads the next page when it scrolls into view, or on a click. */
function More({ isLoading, onMore }: { readonly isLoading: boolean; readonly onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    if (end.current === null || isLoading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && latest.current(),
      { rootMargin: '400px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isLoading]);
  return (
    <div ref={end} className="flex justify-center">
      <Button variant="ghost" className="scroll-mb-28" loading={isLoading} onClick={onMore}>
        Load more
      </Button>
    </div>
  );
}

function NothingFound({
  search: { q, in: place },
  onClear,
}: {
  readonly search: PromptSearch;
  readonly onClear: () => void;
}) {
  const hasWords = q === undefined || /[\p{L}\p{N}]/u.test(q);
  return (
    <EmptyState
      icon={SearchX}
      title="No matching prompts"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      {hasWords
        ? place === 'content'
          ? 'Search looks for words in the live version, or else in the newest one.'
          : 'Search matches the start of words in the name, slug, description and folder.'
        : 'Enter at least one letter or digit to search.'}
    </EmptyState>
  );
}

function NoPrompts({ create }: { readonly create: ReactNode }) {
  const start = useFirstSteps(true);
  return (
    <>
      <OtherOrganizations />
      {start === undefined && <FirstPrompt create={create} />}
      {start === 'loading' && <SkeletonRows label="prompts" rows={6} />}
      {typeof start === 'object' && <StartChecklist start={start} create={create} />}
    </>
  );
}

function FirstPrompt({ create }: { readonly create: ReactNode }) {
  return (
    <EmptyState icon={FileText} title="Write your first prompt" action={create}>
      <p>
        A prompt is a template such as{' '}
        <code className="rounded bg-sunken px-1 py-0.5 text-xs">Hello {'{{.name}}'}!</code> Write a version,
        test it with sample variables, then make it live. Applications render it by its slug.
      </p>
    </EmptyState>
  );
}

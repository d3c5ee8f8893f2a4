/** The activity of a prompt: who did what, grouped by day, with the ways to the differences that it made. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { useEffect } from 'react';
import { Avatar, Button, dateText, EmptyState, Failure, Select, SkeletonRows, Time } from '../ui/mod.ts';
import { type ActivityKind, type ActivityLink, activityKinds, kindsOf, linkOf } from './activity-kinds.ts';
import { type AuditGroup, auditSentence, groupedAudit } from './audit-sentence.ts';
import { auditPages } from './data/readings.ts';
import { NoteText } from './note-text.tsx';
import { useActorName, useFaceName } from './use-actor-name.ts';
import type { Version } from './version-actions.ts';

type Entry = Wire<'PromptAuditEntry'>;
type Actor = Entry['actor'];

const dayText = dateText({ dateStyle: 'full' });

/** With a filter, pages are read until so many entries are found, but no more pages than this. */
const ENOUGH = 20;
const MOST_PAGES = 20;

interface Filter {
  readonly kind?: ActivityKind;
  /** The ID of a person or an API key. */
  readonly who?: string;
}

export interface ActivityListProps {
  readonly prompt: Pick<Wire<'Prompt'>, 'id' | 'team_id'>;
  readonly versions: readonly Version[];
  readonly kind: ActivityKind | undefined;
  readonly who: string | undefined;
  readonly onFilter: (filter: Filter) => void;
}

export function ActivityList({ prompt, versions, kind, who, onFilter }: ActivityListProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetching } =
    useInfiniteQuery(auditPages(prompt.id));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const actors = [...new Map(entries.map(({ actor }) => [idOf(actor), actor])).values()];
  const nameOf = useActorName(prompt.team_id, actors);
  const faceOf = useFaceName();
  const isFiltered = kind !== undefined || who !== undefined;
  const shown = entries.filter(
    (entry) =>
      (kind === undefined || kindsOf(entry).includes(kind)) &&
      (who === undefined || idOf(entry.actor) === who),
  );
  const wantsMore =
    isFiltered &&
    shown.length < ENOUGH &&
    (data?.pages.length ?? 0) < MOST_PAGES &&
    hasNextPage &&
    !isFetching &&
    error === null;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  if (error) return <Failure error={error} retry={refetch} />;
  if (data === undefined) return <SkeletonRows label="activity" rows={4} />;
  if (entries.length === 0) {
    return (
      <EmptyState icon={ScrollText} title="No activity yet">
        Changes to the prompt, its versions, tags and payloads appear here, with their author.
      </EmptyState>
    );
  }
  const numbers = new Set(versions.map(({ version }) => version));
  const days = Map.groupBy(groupedAudit(shown), ({ entry }) => dayText(Date.parse(entry.created_at)));
  return (
    <div className="flex flex-col gap-6">
      <Filters kind={kind} who={who} actors={actors} nameOf={nameOf} onFilter={onFilter} />
      {days.size === 0 && (
        <p className="text-muted text-sm" role="status">
          {hasNextPage
            ? `Nothing of this kind in the last ${entries.length} changes.`
            : 'Nothing of this kind.'}
        </p>
      )}
      {[...days].map(([name, groups]) => (
        <section key={name}>
          <h2 className="mb-1 font-medium text-faint text-xs">{name}</h2>
          <ul>
            {groups.map((group) => (
              <Line
                key={group.entry.id}
                promptId={prompt.id}
                group={group}
                name={nameOf(group.entry.actor)}
                face={faceOf(group.entry.actor, nameOf(group.entry.actor))}
                link={linkOf(group.entry, numbers)}
              />
            ))}
          </ul>
        </section>
      ))}
      {hasNextPage && (
        <Button
          variant="ghost"
          className="self-center"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Load more
        </Button>
      )}
    </div>
  );
}

function idOf({ user_id, api_key_id }: Actor): string {
  return user_id ?? api_key_id ?? '';
}

const kindNames: { readonly [K in ActivityKind]: string } = {
  live: 'What is live',
  versions: 'Versions',
  tags: 'Tags',
  payloads: 'Payloads',
  reviews: 'Reviews and policies',
  prompt: 'The prompt itself',
};

interface FiltersProps extends Pick<ActivityListProps, 'kind' | 'who' | 'onFilter'> {
  readonly actors: readonly Actor[];
  readonly nameOf: (actor: Actor) => string;
}

/** The people and keys are those of the entries read so far. */
function Filters({ kind, who, actors, nameOf, onFilter }: FiltersProps) {
  const people = actors.map((actor) => ({ value: idOf(actor), label: nameOf(actor) }));
  const isKnown = who === undefined || people.some(({ value }) => value === who);
  const set = (filter: { readonly kind: ActivityKind | undefined; readonly who: string | undefined }): void =>
    onFilter({
      ...(filter.kind !== undefined && { kind: filter.kind }),
      ...(filter.who !== undefined && { who: filter.who }),
    });
  return (
    <div className="flex flex-wrap gap-2">
      <Select
        label="Kind"
        labelHidden
        size="sm"
        value={kind ?? 'all'}
        onChange={(chosen) => set({ kind: activityKinds.find((one) => one === chosen), who })}
        options={[
          { value: 'all', label: 'All activity' },
          ...activityKinds.map((value) => ({ value, label: kindNames[value] })),
        ]}
        className="min-w-36"
      />
      <Select
        label="By"
        labelHidden
        size="sm"
        value={who ?? 'all'}
        onChange={(chosen) => set({ kind, who: chosen === 'all' ? undefined : chosen })}
        options={[
          { value: 'all', label: 'By anyone' },
          ...people,
          ...(isKnown ? [] : [{ value: who, label: 'Someone else' }]),
        ]}
        className="min-w-36 max-w-64"
      />
    </div>
  );
}

interface LineProps {
  readonly promptId: string;
  readonly group: AuditGroup;
  readonly name: string;
  /** The name whose first letter is shown. */
  readonly face: string;
  readonly link: ActivityLink | undefined;
}

function Line({ promptId, group: { entry, count }, name, face, link }: LineProps) {
  return (
    <li className="flex items-center gap-3 border-line border-b py-2.5 text-sm last:border-b-0">
      <Avatar name={face} size="sm" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="break-words text-muted">
          <span className="font-medium text-fg">{name}</span> {auditSentence(entry)}
          {count > 1 && <span className="text-faint"> ({count} saves)</span>}
        </p>
        {entry.text !== undefined && <NoteText>{entry.text}</NoteText>}
      </div>
      <span className="flex shrink-0 items-center gap-3 text-faint text-xs">
        {link !== undefined && <Show promptId={promptId} link={link} />}
        <Time timestamp={entry.created_at} />
      </span>
    </li>
  );
}

const linkClasses = 'rounded-sm text-accent-ink underline-offset-2 hover:underline';

function Show({ promptId, link }: { readonly promptId: string; readonly link: ActivityLink }) {
  return link.kind === 'compare' ? (
    <Link
      to="/prompts/$promptId/compare"
      params={{ promptId }}
      search={{ from: link.from, to: link.to }}
      className={linkClasses}
    >
      Diff
      <span className="sr-only">
        {' '}
        of version {link.from} and version {link.to}
      </span>
    </Link>
  ) : (
    <Link
      to="/prompts/$promptId/versions/$version"
      params={{ promptId, version: String(link.version) }}
      className={linkClasses}
    >
      Open<span className="sr-only"> version {link.version}</span>
    </Link>
  );
}

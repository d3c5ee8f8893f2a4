/** The activity of a prompt: who did what, grouped by day. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { Avatar, Button, EmptyState, Failure, SkeletonRows, Time } from '../ui/mod.ts';
import { type AuditGroup, auditSentence, groupedAudit } from './audit-sentence.ts';
import { auditPages } from './data/readings.ts';
import { NoteText } from './note-text.tsx';
import { useActorName } from './use-actor-name.ts';

const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' });

export function ActivityList({ promptId, teamId }: { readonly promptId: string; readonly teamId: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditPages(promptId),
  );
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const nameOf = useActorName(
    teamId,
    entries.map(({ actor }) => actor),
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (data === undefined) return <SkeletonRows label="activity" rows={4} />;
  if (entries.length === 0) {
    return (
      <EmptyState icon={ScrollText} title="No activity yet">
        Changes to the prompt, its versions, tags and payloads appear here, with their author.
      </EmptyState>
    );
  }
  const days = Map.groupBy(groupedAudit(entries), ({ entry }) => day.format(Date.parse(entry.created_at)));
  return (
    <div className="flex flex-col gap-6">
      {[...days].map(([name, groups]) => (
        <section key={name}>
          <h2 className="mb-1 font-medium text-faint text-xs">{name}</h2>
          <ul>
            {groups.map((group) => (
              <Entry key={group.entry.id} group={group} nameOf={nameOf} />
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

interface EntryProps {
  readonly group: AuditGroup;
  readonly nameOf: (actor: Wire<'PromptAuditEntry'>['actor']) => string;
}

function Entry({ group: { entry, count }, nameOf }: EntryProps) {
  const name = nameOf(entry.actor);
  return (
    <li className="flex items-center gap-3 border-line border-b py-2.5 text-sm last:border-b-0">
      <Avatar name={name} size="sm" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="break-words text-muted">
          <span className="font-medium text-fg">{name}</span> {auditSentence(entry)}
          {count > 1 && <span className="text-faint"> ({count} saves)</span>}
        </p>
        {entry.text !== undefined && <NoteText>{entry.text}</NoteText>}
      </div>
      <span className="shrink-0 text-faint text-xs">
        <Time timestamp={entry.created_at} />
      </span>
    </li>
  );
}

/** The audit log of an organization: what all services wrote down, as one list by time, with filters, an export and a verification. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Bot, KeyRound, Lock, ScrollText } from 'lucide-react';
import { useMemo } from 'react';
import { reading, useUser } from '../api/mod.ts';
import { pageTexts } from '../frame/mod.ts';
import { RequestText } from '../review/mod.ts';
import {
  Avatar,
  Badge,
  Button,
  Card,
  EmptyState,
  ExactTime,
  Failure,
  Page,
  SkeletonRows,
} from '../ui/mod.ts';
import { useAddresses, usePeople, usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { actorName } from './audit-csv.ts';
import { AuditFilterBar, filtersOf } from './audit-filters.tsx';
import { type Line, mergedLines, peopleOf } from './audit-lines.ts';
import { isFiltered } from './audit-search.ts';
import { ChainActions } from './chain-actions.tsx';
import { lineSentence } from './line-sentence.ts';
import type { Names } from './organization-sentence.ts';
import { auditPages, chainsOf } from './readings.ts';

const route = getRouteApi('/shell/orgs/$orgId/audit');

export function AuditPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { may } = usePermissions({ orgId });
  return (
    <Page {...pageTexts['/orgs/$orgId/audit']}>
      {may('exportRegistryAudit') ? (
        <Log key={orgId} orgId={orgId} />
      ) : (
        <Card>
          <EmptyState icon={Lock} title="Only organization admins can see the audit log">
            Changes to a prompt are on its Activity tab, for everyone in its team.
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}

/** People read for the choice. */
const MOST_PEOPLE = 1_000;

function Log({ orgId }: { readonly orgId: string }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/orgs/$orgId/audit' });
  const filters = useMemo(() => filtersOf(search), [search]);
  const isNarrowed = isFiltered(search);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    auditPages(orgId, filters),
  );
  const { known } = usePeople(orgId, (people) => people.length >= MOST_PEOPLE);
  const teams = useQuery(reading('listOrgTeams', { params: { orgID: orgId } })).data?.teams ?? [];
  const keys = useQuery(reading('listAPIKeys', { query: { org_id: orgId } })).data?.api_keys ?? [];
  const user = useUser();
  const lines = data === undefined ? [] : mergedLines(chainsOf(data.pages));
  const { addressOf, isWhole } = useAddresses(orgId, lines.flatMap(peopleOf));
  const names: Names = {
    person: (id) => {
      if (id === user.id) return user.email;
      return addressOf(id) ?? (isWhole ? 'a deleted account' : 'someone');
    },
    team: (id) => {
      const name = teams.find((one) => one.id === id)?.name;
      return name === undefined ? 'a deleted team' : `“${name}”`;
    },
    key: (id) => {
      const name = keys.find((one) => one.id === id)?.name;
      if (name !== undefined) return `the API key “${name}”`;
      // Its name went with it; its ID tells it from others.
      return `a deleted API key${id === null || id === '' ? '' : ` (${id.slice(0, 8)})`}`;
    },
  };
  return (
    <>
      <ChainActions orgId={orgId} filters={filters} isFiltered={isNarrowed} names={names} />
      <AuditFilterBar
        search={search}
        people={known.map(({ id, email }) => ({ id, name: email }))}
        keys={keys}
        teams={teams}
        onChange={(next) => void navigate({ search: next, replace: true })}
      />
      {error !== null && <Failure error={error} retry={refetch} />}
      {error === null && (
        <Card>
          {data === undefined ? (
            <SkeletonRows label="audit log" rows={8} />
          ) : lines.length === 0 && !hasNextPage ? (
            <EmptyState icon={ScrollText} title={isNarrowed ? 'No entries match' : 'No entries yet'}>
              {isNarrowed
                ? 'Choose other filters, or clear them.'
                : 'Changes to prompts, policies, keys, teams and members appear here.'}
            </EmptyState>
          ) : (
            <ol aria-label="Audit log" className="divide-y divide-line">
              {lines.map((line) => (
                <Entry key={`${line.context} ${line.number}`} line={line} names={names} />
              ))}
            </ol>
          )}
          {hasNextPage && (
            <div className="flex justify-center border-line border-t p-3">
              <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Load more
              </Button>
            </div>
          )}
        </Card>
      )}
    </>
  );
}

interface EntryProps {
  readonly line: Line;
  readonly names: Names;
}

function Entry({ line, names }: EntryProps) {
  const { kind, user_id, person_id } = line.actor;
  const person = names.person(user_id);
  const Icon = kind === 'api-key' ? KeyRound : Bot;
  return (
    <li className="flex items-start gap-3 px-4 py-3 text-sm">
      {kind === 'user' ? (
        <Avatar name={person} />
      ) : (
        <span className="grid size-7 shrink-0 place-items-center rounded-full bg-sunken text-muted">
          <Icon aria-hidden="true" className="size-4" />
        </span>
      )}
      <div className="flex min-w-0 flex-1 flex-col gap-1 pt-0.5">
        <p className="break-words">
          <span className="font-medium">{capitalised(actorName(line, names))}</span>
          {kind === 'api-key' && person_id !== null && (
            <span className="text-faint"> of {names.person(person_id)}</span>
          )}{' '}
          <span className="text-muted">{lineSentence(line, names)}</span>
        </p>
        {line.text !== null && <RequestText>{line.text}</RequestText>}
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs">
          {line.prompt_id !== null && (
            <Link
              to="/prompts/$promptId"
              params={{ promptId: line.prompt_id }}
              className="inline-flex min-h-6 items-center underline-offset-2 hover:text-fg hover:underline"
            >
              <code>{line.slug ?? 'prompt'}</code>
            </Link>
          )}
          {line.change_request_id !== null && (
            <Link
              to="/requests/$requestId"
              params={{ requestId: line.change_request_id }}
              className="inline-flex min-h-6 items-center underline-offset-2 hover:text-fg hover:underline"
            >
              Change request
            </Link>
          )}
          {line.via !== null && <Badge tone="outline">{line.via}</Badge>}
          <span title={line.hash}>
            {line.context} #{line.number}
          </span>
        </p>
      </div>
      <span className="shrink-0 pt-0.5 text-faint text-xs">
        <ExactTime timestamp={line.at} />
      </span>
    </li>
  );
}

/** An address stays as it is; a description begins with a capital letter. */
function capitalised(name: string): string {
  return name === 'px0' || name.includes('@') ? name : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

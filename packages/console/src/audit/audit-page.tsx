/** The audit log of an organization: what all services wrote down, as one list by time, with filters, an export and a verification. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Bot, KeyRound, Lock, ScrollText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { reading, useUser } from '../api/mod.ts';
import { auditSentence as promptSentence } from '../prompts/mod.ts';
import { RequestText } from '../review/mod.ts';
import { Avatar, Badge, Button, Card, EmptyState, Failure, Page, SkeletonRows, Time } from '../ui/mod.ts';
import { usePeople, usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { AuditFilterBar, filtersOf, noChoice } from './audit-filters.tsx';
import { type Line, mergedLines } from './audit-lines.ts';
import { ChainActions } from './chain-actions.tsx';
import { auditSentence, type Names } from './organization-sentence.ts';
import { auditPages, chainsOf } from './readings.ts';

const route = getRouteApi('/shell/orgs/$orgId/audit');

export function AuditPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { may } = usePermissions({ orgId });
  return (
    <Page
      title="Audit log"
      description="What people, API keys and px0 itself changed in this organization. Each entry holds the hash of the one before it."
    >
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

/** People read for the choice and the names. */
const MOST_PEOPLE = 1_000;

interface FullNames extends Names {
  readonly key: (id: string | null) => string;
}

function Log({ orgId }: { readonly orgId: string }) {
  const [choice, setChoice] = useState(noChoice);
  const filters = useMemo(() => filtersOf(choice), [choice]);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    auditPages(orgId, filters),
  );
  const { known, isWhole } = usePeople(orgId, (people) => people.length >= MOST_PEOPLE);
  const teams = useQuery(reading('listOrgTeams', { params: { orgID: orgId } })).data?.teams ?? [];
  const keys = useQuery(reading('listAPIKeys', { query: { org_id: orgId } })).data?.api_keys ?? [];
  const user = useUser();
  const names: FullNames = {
    person: (id) => {
      if (id === user.id) return user.email;
      const found = known.find((one) => one.id === id)?.email;
      return found ?? (isWhole ? 'someone outside the organization' : 'someone');
    },
    team: (id) => {
      const name = teams.find((one) => one.id === id)?.name;
      return name === undefined ? 'a deleted team' : `“${name}”`;
    },
    key: (id) => {
      const name = keys.find((one) => one.id === id)?.name;
      return name === undefined ? 'A deleted API key' : `API key “${name}”`;
    },
  };
  const lines = data === undefined ? [] : mergedLines(chainsOf(data.pages));
  return (
    <>
      <ChainActions orgId={orgId} />
      <AuditFilterBar
        choice={choice}
        people={known.map(({ id, email }) => ({ id, name: email }))}
        keys={keys}
        teams={teams}
        onChange={setChoice}
      />
      {error !== null && <Failure error={error} retry={refetch} />}
      {error === null && (
        <Card>
          {data === undefined ? (
            <SkeletonRows label="audit log" rows={8} />
          ) : lines.length === 0 && !hasNextPage ? (
            <EmptyState icon={ScrollText} title={choice === noChoice ? 'No entries yet' : 'No entries match'}>
              {choice === noChoice
                ? 'Changes to prompts, policies, keys, teams and members appear here.'
                : 'Choose other filters, or clear them.'}
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
  readonly names: FullNames;
}

function Entry({ line, names }: EntryProps) {
  const { kind, user_id, api_key_id, person_id } = line.actor;
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
          <span className="font-medium">
            {kind === 'system' ? 'px0' : kind === 'api-key' ? names.key(api_key_id) : capitalised(person)}
          </span>
          {kind === 'api-key' && person_id !== null && (
            <span className="text-faint"> of {names.person(person_id)}</span>
          )}{' '}
          <span className="text-muted">{sentenceOf(line, names)}</span>
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
        <Time timestamp={line.at} />
      </span>
    </li>
  );
}

/** Each service has its own words; what neither knows is told by its name. */
function sentenceOf(line: Line, names: Names): string {
  const told = auditSentence(line, names);
  return told === line.action ? promptSentence({ ...line, details: details(line) }) : told;
}

function details(line: Line): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(line.details).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? String(value) : value,
    ]),
  );
}

/** An address stays as it is; a description begins with a capital letter. */
function capitalised(person: string): string {
  return person.includes('@') ? person : `${person.charAt(0).toUpperCase()}${person.slice(1)}`;
}

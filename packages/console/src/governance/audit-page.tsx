/** The audit log of an organization, newest entries first. */
import type { Wire } from '@px0/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Bot, KeyRound, Lock, ScrollText } from 'lucide-react';
import { pages, reading, useUser } from '../api/mod.ts';
import { Avatar, Button, Card, EmptyState, Failure, Page, SkeletonRows, Time } from '../ui/mod.ts';
import { useAddresses, usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { auditSentence, type Names } from './audit-sentence.ts';

const route = getRouteApi('/shell/orgs/$orgId/audit');

export function AuditPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { may } = usePermissions({ orgId });
  return (
    <Page title="Audit log" description="Changes to this organization, its teams, members and roles.">
      {may('listOrgAudit') ? (
        <Entries orgId={orgId} />
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

function Entries({ orgId }: { readonly orgId: string }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    pages('listOrgAudit', { params: { id: orgId } }),
  );
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const names = useNames(orgId, entries);
  if (error !== null) return <Failure error={error} retry={refetch} />;
  if (data === undefined) {
    return (
      <Card>
        <SkeletonRows label="audit log" rows={8} />
      </Card>
    );
  }
  return (
    <Card>
      {entries.length === 0 ? (
        <EmptyState icon={ScrollText} title="No entries yet">
          Changes to teams, members and roles appear here.
        </EmptyState>
      ) : (
        <ol className="divide-y divide-line">
          {entries.map((entry) => (
            <Line key={entry.id} entry={entry} names={names} />
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
  );
}

interface LineProps {
  readonly entry: Wire<'OrganizationAuditEntry'>;
  readonly names: Names;
}

function Line({ entry, names }: LineProps) {
  const { kind, user_id } = entry.actor;
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
      <p className="min-w-0 flex-1 break-words pt-0.5">
        <span className="font-medium">
          {kind === 'system' ? 'px0' : kind === 'api-key' ? 'An API key' : capitalised(person)}
        </span>{' '}
        <span className="text-muted">{auditSentence(entry, names)}</span>
      </p>
      <span className="shrink-0 pt-0.5 text-faint text-xs">
        <Time timestamp={entry.created_at} />
      </span>
    </li>
  );
}

/** An address stays as it is; a description begins with a capital letter. */
function capitalised(person: string): string {
  return person.includes('@') ? person : `${person.charAt(0).toUpperCase()}${person.slice(1)}`;
}

function useNames(orgId: string, entries: readonly Wire<'OrganizationAuditEntry'>[]): Names {
  const user = useUser();
  const mentioned = entries.flatMap(({ actor, user_id }) => [actor.user_id, user_id]);
  const { addressOf, isWhole } = useAddresses(
    orgId,
    mentioned.filter((id) => id !== user.id),
  );
  const teams = useQuery(reading('listOrgTeams', { params: { orgID: orgId } })).data?.teams;
  return {
    person: (id) => {
      if (id === user.id) return user.email;
      return addressOf(id) ?? (isWhole ? 'someone outside the organization' : 'someone');
    },
    team: (id) => {
      const name = teams?.find((one) => one.id === id)?.name;
      return name === undefined ? 'a deleted team' : `“${name}”`;
    },
  };
}

/** Names of the people and keys that an audit log speaks of. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { reading, useUser } from '../api/mod.ts';
import { usePermissions, useWorkspace } from '../workspace/mod.ts';

type Actor = Wire<'PromptAuditEntry'>['actor'];

export function useActorName(teamId: string): (actor: Actor) => string {
  const user = useUser();
  const { teams, organization } = useWorkspace();
  const orgId = teams.find(({ id }) => id === teamId)?.org_id ?? organization?.id ?? '';
  const { may } = usePermissions({ orgId });
  const people = useQuery({
    ...reading('listOrgPeople', { params: { orgID: orgId }, query: { limit: 100 } }),
    enabled: orgId !== '',
  }).data?.people;
  const keys = useQuery({
    ...reading('listAPIKeys', { query: { org_id: orgId } }),
    enabled: orgId !== '' && may('listAPIKeys'),
  }).data?.api_keys;
  return ({ kind, user_id, api_key_id }) => {
    if (kind === 'api-key') {
      const name = keys?.find(({ id }) => id === api_key_id)?.name;
      return name === undefined ? 'An API key' : `API key “${name}”`;
    }
    if (user_id === user.id) return 'You';
    return people?.find(({ id }) => id === user_id)?.email ?? 'Somebody who has left';
  };
}

/** Names of the people and API keys that changed something. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { reading, useUser } from '../api/mod.ts';
import { useAddresses, useOrgTeams, usePermissions, useWorkspace } from '../workspace/mod.ts';

type Actor = Wire<'PromptAuditEntry'>['actor'];

export type ActorName = (actor: Actor) => string;

/** `actors`: those whose names the caller will ask for. */
export function useActorName(teamId: string, actors: readonly Actor[]): ActorName {
  const user = useUser();
  const { organization } = useWorkspace();
  const teams = useOrgTeams();
  const orgId = teams.find(({ id }) => id === teamId)?.org_id ?? organization?.id;
  const { may } = usePermissions(orgId === undefined ? {} : { orgId });
  const others = actors.filter(({ kind, user_id }) => kind === 'user' && user_id !== user.id);
  const { addressOf, isWhole } = useAddresses(
    others.length === 0 ? undefined : orgId,
    others.map(({ user_id }) => user_id),
  );
  const keys = useQuery({
    ...reading('listAPIKeys', { query: { org_id: orgId } }),
    enabled: actors.some(({ kind }) => kind === 'api-key') && orgId !== undefined && may('listAPIKeys'),
  }).data?.api_keys;
  return ({ kind, user_id, api_key_id }) => {
    if (kind === 'api-key') return keyName(keys ?? [], api_key_id);
    if (user_id === user.id) return 'You';
    return addressOf(user_id) ?? (isWhole ? 'Former member' : 'Someone');
  };
}

/** A key that is gone, or that the user may not see, is told from others by the beginning of its ID. */
function keyName(keys: readonly Pick<Wire<'APIKey'>, 'id' | 'name'>[], id: string | null): string {
  const name = keys.find((key) => key.id === id)?.name;
  if (name !== undefined) return `API key “${name}”`;
  return id === null ? 'An API key' : `API key ${id.slice(0, 8)}`;
}

/** The name whose first letter stands for an actor: of the user, it is the address and not “You”. */
export function useFaceName(): (actor: Actor, name: string) => string {
  const user = useUser();
  return ({ user_id }, name) => (user_id === user.id ? user.email : name);
}

/**
 * Tenancy's whole object graph. The projection is for what others own (sessions, API keys); what tenancy decides about organizations,
 * teams and memberships it decides on its own rows.
 */
import { type Foundation, startOwner } from '@px0/owner';
import type { RunningServer, ServiceDependencies } from '@px0/service-kit';
import { auditRoutes, ListAudit } from './audit/mod.ts';
import { type Actor, systemActor } from './authority/mod.ts';
import { belongingRoutes, ListOwnOrganizations, ListOwnTeams } from './belonging/mod.ts';
import { type AuditNote, type OwnEntity, rules } from './changes/mod.ts';
import { cleanup } from './cleanup/mod.ts';
import type { Config } from './config.ts';
import { CreateJoinRequest, joinRequestRoutes, ListInbox, ResolveJoinRequest } from './join-requests/mod.ts';
import {
  AddMember,
  ChangeRole,
  LeaveTeam,
  ListMembers,
  memberRoutes,
  RemoveMember,
  RemovePerson,
} from './members/mod.ts';
import {
  CreateOrganization,
  DeleteOrganization,
  organizationRoutes,
  RenameOrganization,
} from './organizations/mod.ts';
import { ListPeople, peopleRoutes } from './people/mod.ts';
import { placement } from './placement/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { CreateTeam, DeleteTeam, ListTeams, teamRoutes, UpdateTeam } from './teams/mod.ts';

/** Starts the service; what it opened is closed by `cleanups`. */
export function startTenancy(
  config: Config,
  dependencies: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
): Promise<RunningServer> {
  const frame = {
    context: 'tenancy',
    schema: SCHEMA,
    migrations: MIGRATIONS,
    rules,
    system: systemActor,
  } as const;
  const prefixes = ['/v1/me', '/v1/orgs', '/v1/teams', '/v1/join-requests'];
  return startOwner({ ...frame, prefixes, build: features }, config, dependencies);
}

function features({ database, changes, logger }: Foundation<Config, OwnEntity, Actor, AuditNote>) {
  const sweep = cleanup(changes, logger);
  const onDeleted = () => sweep.wake();
  return {
    sagas: [placement],
    background: [sweep],
    handlers: {
      ...belongingRoutes({
        listOrganizations: new ListOwnOrganizations(database),
        listTeams: new ListOwnTeams(database),
      }),
      ...organizationRoutes({
        create: new CreateOrganization(changes),
        rename: new RenameOrganization(changes),
        delete: new DeleteOrganization({ changes, onDeleted }),
      }),
      ...peopleRoutes(new ListPeople(database)),
      ...teamRoutes({
        create: new CreateTeam(changes),
        list: new ListTeams(database),
        update: new UpdateTeam(changes),
        delete: new DeleteTeam({ changes, onDeleted }),
      }),
      ...memberRoutes({
        list: new ListMembers(database),
        add: new AddMember(changes),
        remove: new RemoveMember(changes),
        changeRole: new ChangeRole(changes),
        leave: new LeaveTeam(changes),
        removePerson: new RemovePerson(changes),
      }),
      ...joinRequestRoutes({
        create: new CreateJoinRequest(changes),
        inbox: new ListInbox(database),
        resolve: new ResolveJoinRequest(changes),
      }),
      ...auditRoutes(new ListAudit(database)),
    },
  };
}

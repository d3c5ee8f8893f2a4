/**
 * Tenancy's whole object graph. The projection serves what others own (sessions, API keys); organizations, teams and memberships
 * are decided on tenancy's own rows.
 */
import { type Foundation, startOwner } from '@px0/owner';
import type { RunningServer, ServiceDependencies } from '@px0/service-kit';
import { auditRoutes } from './audit/mod.ts';
import { type Actor, systemActor } from './authority/mod.ts';
import { belongingRoutes } from './belonging/mod.ts';
import { type AuditNote, type OwnEntity, rules } from './changes/mod.ts';
import { cleanup } from './cleanup/mod.ts';
import type { Config } from './config.ts';
import { invitationRoutes } from './invitations/mod.ts';
import { joinRequestRoutes } from './join-requests/mod.ts';
import { memberRoutes } from './members/mod.ts';
import { organizationRoutes } from './organizations/mod.ts';
import { peopleRoutes } from './people/mod.ts';
import { placement } from './placement/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { teamRoutes } from './teams/mod.ts';

/** Starts the service; `cleanups` close what it opened. */
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
  const prefixes = ['/v1/me', '/v1/orgs', '/v1/teams', '/v1/join-requests', '/v1/invitations'];
  return startOwner({ ...frame, prefixes, build: features }, config, dependencies);
}

function features({
  database: reader,
  changes,
  lookout,
  logger,
}: Foundation<Config, OwnEntity, Actor, AuditNote>) {
  const sweep = cleanup(changes, lookout, logger);
  const onDeleted = () => sweep.wake();
  return {
    sagas: [placement],
    background: [sweep],
    handlers: {
      ...belongingRoutes(reader),
      ...organizationRoutes({ changes, onDeleted }),
      ...peopleRoutes(reader),
      ...teamRoutes({ reader, changes, onDeleted }),
      ...memberRoutes({ reader, changes }),
      ...joinRequestRoutes({ reader, changes }),
      ...invitationRoutes({ reader, changes }),
      ...auditRoutes(reader),
    },
  };
}

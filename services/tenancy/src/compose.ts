/**
 * Tenancy's whole object graph. The projection is for what others own (sessions, API keys); what tenancy decides about
 * organizations, teams and memberships it decides on its own rows.
 */
import {
  AccessProjection,
  authenticateRoute,
  type KeyUseListener,
  type Principal,
  requireActingUser,
} from '@px0/access';
import type { RouteDefinition } from '@px0/contracts';
import { createEventCore, SeenKeys, UsagePublisher } from '@px0/event-bus';
import {
  ApiError,
  healthRoutes,
  mountRoutes,
  openDatabase,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
} from '@px0/service-kit';
import express from 'express';
import { Audit, auditRoutes } from './audit/mod.ts';
import { systemActor } from './authority/mod.ts';
import { Belonging, belongingRoutes } from './belonging/mod.ts';
import { Change, Changes } from './changes/mod.ts';
import { Sweeper } from './cleanup/mod.ts';
import type { Config } from './config.ts';
import { createDatabase, type Tx } from './database.ts';
import { JoinRequests, joinRequestRoutes } from './join-requests/mod.ts';
import { Members, memberRoutes } from './members/mod.ts';
import { Organizations, organizationRoutes } from './organizations/mod.ts';
import { People, peopleRoutes } from './people/mod.ts';
import { placeUser } from './placement/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { Teams, teamRoutes } from './teams/mod.ts';

/** Paths below which an unknown one is authenticated before it is a 404. */
const PREFIXES = ['/v1/me', '/v1/orgs', '/v1/teams', '/v1/join-requests'];

/** Starts the service; what it opened is closed by `cleanups`. */
export async function startTenancy(
  config: Config,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
): Promise<RunningServer> {
  const pool = await openDatabase({ config, schema: SCHEMA, migrations: MIGRATIONS, logger, cleanups });
  const database = createDatabase(pool);
  cleanups.add('prisma', () => database.$disconnect());

  const access = new AccessProjection();
  const core = await createEventCore<Tx>({
    config,
    pool,
    prisma: database,
    context: 'tenancy',
    views: [access],
    awaitsRights: access.callerAwaitsPlacement,
    sagas: [
      {
        name: 'placement',
        wants: (entity) => entity === 'user',
        effect: async (tx, event) => {
          // The effect runs long after `core` is there: its first event comes from the stream.
          if (event.name === 'user') await placeUser(new Change(tx, systemActor, core.outbox), event);
        },
      },
    ],
    logger,
    cleanups,
  });

  const changes = new Changes(database, core.outbox);
  const sweeper = new Sweeper({ changes, logger });
  sweeper.start();
  cleanups.add('sweeper', () => sweeper.stop());
  const onDeleted = () => sweeper.wake();

  const seenKeys = new SeenKeys();
  const usage = new UsagePublisher({
    source: seenKeys,
    bus: core.bus,
    intervalMs: config.USAGE_FLUSH_MS,
    logger,
  });
  usage.start();
  cleanups.add('usage', () => usage.stop());

  const app = express();
  healthRoutes(app, { ready: () => core.ready() });
  mountRoutes<Principal>(app, {
    handlers: {
      ...belongingRoutes(new Belonging(database)),
      ...organizationRoutes(new Organizations({ changes, onDeleted })),
      ...peopleRoutes(new People(database)),
      ...teamRoutes(new Teams({ database, changes, onDeleted })),
      ...memberRoutes(new Members({ database, changes })),
      ...joinRequestRoutes(new JoinRequests({ database, changes })),
      ...auditRoutes(new Audit(database)),
    },
    authenticate: (route, req) => principalOf(access, seenKeys, route, req.headers.authorization),
    afterParams: (route, principal) => {
      const refused = requireActingUser(route, principal);
      if (refused !== undefined) throw new ApiError(refused.error);
    },
    around: core.wrapper,
    prefixes: PREFIXES,
    logger,
    trustedProxies: config.TRUSTED_PROXIES,
  });
  const server = await startHttpServer({
    app,
    host: config.HOST,
    port: config.PORT,
    logger,
    timeouts: { drainMs: config.SHUTDOWN_TIMEOUT_MS, drainDelayMs: config.DRAIN_DELAY_MS },
  });
  const drainMs = config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS + 2_000;
  cleanups.add('http server', () => server.close(), drainMs);
  return server;
}

function principalOf(
  access: AccessProjection,
  uses: KeyUseListener,
  route: RouteDefinition,
  authorization: string | undefined,
): Principal {
  const principal = authenticateRoute(access, uses, route, authorization);
  if ('error' in principal) throw new ApiError(principal.error);
  return principal;
}

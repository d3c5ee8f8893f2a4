/** The whole object graph of the prompt registry on one page. */
import { PrismaPg } from '@prisma/adapter-pg';
import { AccessProjection, authenticateRoute, type Principal } from '@px0/access';
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
import { AuditRecorder, AuditStore, auditRoutes, ReadAudit } from './audit/mod.ts';
import { CheckVersion, checkRoutes, PromoteWithPayloads, SampleStore } from './checks/mod.ts';
import type { Config } from './config.ts';
import { type Transactions, transactionsOn } from './database/db.ts';
import { DeletedTeamStore, TeamSweeper, teamDeletions } from './deletions/mod.ts';
import { DiffVersions, diffRoutes } from './diff/mod.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { PayloadCommands, PayloadStore, payloadRoutes } from './payloads/mod.ts';
import {
  ChangePrompt,
  CreatePrompt,
  PromptChanges,
  PromptListStore,
  PromptPublisher,
  PromptStore,
  promptRoutes,
  ReadPrompts,
} from './prompts/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { TagCommands, TagStore, tagRoutes } from './tags/mod.ts';
import { templateRoutes } from './templates/mod.ts';
import { ExportPrompts, ImportPrompts, TransferStore, transferRoutes } from './transfer/mod.ts';
import { ReadUsage, UsageConsumer, UsageStore, usageRoutes } from './usage/mod.ts';
import {
  ReadVersions,
  TransitionVersion,
  VersionStore,
  versionRoutes,
  WriteVersions,
} from './versions/mod.ts';

/** Starts a registry process. It listens when its tables are up to date, and is ready when its projection has caught up. */
export async function startPromptRegistry(
  config: Config,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
): Promise<RunningServer> {
  const pool = await openDatabase({ config, schema: SCHEMA, migrations: MIGRATIONS, logger, cleanups });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema: SCHEMA }) });
  cleanups.add('prisma', () => prisma.$disconnect());

  const access = new AccessProjection();
  const deletedTeams = new DeletedTeamStore();
  const core = await createEventCore({
    config,
    pool,
    prisma,
    context: 'registry',
    views: [access],
    awaitsRights: access.callerAwaitsPlacement,
    sagas: [teamDeletions(deletedTeams, () => sweeper.wake())],
    logger,
    cleanups,
  });
  const { outbox } = core;
  const sweeper = new TeamSweeper({ prisma, outbox, store: deletedTeams, logger });
  sweeper.start();
  cleanups.add('team sweeper', () => sweeper.stop());
  const usage = new UsageConsumer({
    prisma,
    bus: core.bus,
    store: new UsageStore(),
    logger,
    retentionDays: config.USAGE_RETENTION_DAYS,
  });
  usage.start();
  cleanups.add('usage consumer', () => usage.stop());

  const seenKeys = new SeenKeys();
  const publisher = new UsagePublisher({
    source: seenKeys,
    bus: core.bus,
    intervalMs: config.USAGE_FLUSH_MS,
    logger,
  });
  publisher.start();
  cleanups.add('usage publisher', () => publisher.stop());

  const app = express();
  healthRoutes(app, {
    ready: () => {
      const { ready, details } = core.ready();
      return { ready: ready && !server.draining, details };
    },
  });
  mountRoutes<Principal>(app, {
    handlers: handlersOf({ config, prisma, access, transactions: transactionsOn(prisma, outbox), outbox }),
    authenticate: (route, req) => {
      const authorized = authenticateRoute(access, seenKeys, route, req.headers.authorization);
      if ('error' in authorized) throw new ApiError(authorized.error);
      return authorized;
    },
    around: core.wrapper,
    prefixes: ['/v1/prompts', '/v1/templates'],
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
  cleanups.add(
    'http server',
    () => server.close(),
    config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS + 2_000,
  );
  return server;
}

interface Foundations {
  readonly config: Config;
  readonly prisma: PrismaClient;
  readonly access: AccessProjection;
  readonly transactions: Transactions;
  readonly outbox: Awaited<ReturnType<typeof createEventCore>>['outbox'];
}

/** The features, each built from the ones before it. */
function handlersOf({ config, prisma: db, access, transactions, outbox }: Foundations) {
  const audit = new AuditRecorder();
  const publisher = new PromptPublisher(outbox);
  const store = new PromptStore();
  const changes = new PromptChanges({ transactions, access, store, publisher, audit });
  const prompts = new ReadPrompts({ db, access, store, lists: new PromptListStore() });

  const versions = new VersionStore();
  const read = new ReadVersions({ db, prompts, store: versions });
  const transition = new TransitionVersion({ changes, store: versions });
  const check = new CheckVersion({
    db,
    read,
    versions,
    samples: new SampleStore(),
    timeBudgetMs: config.CHECK_TIME_BUDGET_MS,
  });

  const create = new CreatePrompt({ transactions, access, store, publisher, audit });
  const change = new ChangePrompt({ changes, transactions, access, store, publisher, audit });
  const write = new WriteVersions({ changes, store: versions, outbox });
  const tags = new TagCommands({ db, changes, prompts, versions, store: new TagStore() });
  const payloads = new PayloadCommands({ db, changes, prompts, store: new PayloadStore() });
  const documents = new TransferStore();
  const promoteWithPayloads = new PromoteWithPayloads({ check, transition, prompts, access });

  return {
    ...promptRoutes({ create, change, read: prompts, versions: read }),
    ...versionRoutes({ read, write, transition, promoteWithPayloads }),
    ...checkRoutes(check),
    ...diffRoutes(new DiffVersions({ db, prompts, versions })),
    ...tagRoutes(tags),
    ...payloadRoutes(payloads),
    ...templateRoutes(),
    ...auditRoutes(new ReadAudit({ db, access, prompts, store: new AuditStore() })),
    ...transferRoutes(
      new ExportPrompts({ db, access, store: documents }),
      new ImportPrompts({ db, access, store: documents, create, change, write, transition, tags, payloads }),
    ),
    ...usageRoutes(new ReadUsage({ db, prompts, store: new UsageStore() })),
  };
}

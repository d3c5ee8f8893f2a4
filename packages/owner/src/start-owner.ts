/**
 * The frame of a service that owns tables: database, event core, request handling and server, started in the order of their
 * dependencies and stopped in reverse. An `OwnerDefinition` adds what is specific to the service.
 */
import {
  AccessProjection,
  authenticateRoute,
  hintOfRefusal,
  type KeyUseListener,
  type Principal,
  requireActingUser,
} from '@px0/access';
import type { EntityName, StateEvent } from '@px0/contracts';
import {
  type Bus,
  type Context,
  currentRequestScope,
  type Projection,
  SeenKeys,
  UsagePublisher,
} from '@px0/event-bus/internal';
import {
  ApiError,
  type baseConfigSchema,
  type Handlers,
  healthRoutes,
  type Logger,
  mountRoutes,
  openDatabase,
  type RequestWrapper,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
} from '@px0/service-kit';
import express from 'express';
import type pg from 'pg';
import type { z } from 'zod';
import { ActivityPublisher } from './audit/activity.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { AuditRetention, type RetentionOptions } from './audit/retention.ts';
import { Sealer } from './audit/sealer.ts';
import { IS_UNSEALED } from './audit/sealing-store.ts';
import { Background, type BackgroundOptions } from './background.ts';
import type { Change } from './changes/change.ts';
import { Changes } from './changes/changes.ts';
import { type AuditFacts, type ChangeRules, entityTables, unpublishedColumns } from './changes/rules.ts';
import { Database } from './database/database.ts';
import { PoolClient } from './database/sql-client.ts';
import { StatementGuard } from './database/statement-guard.ts';
import { EventCore } from './event-core.ts';
import { observeAudit } from './event-core-metrics.ts';
import { afterReturnOf } from './fence/after-return.ts';
import { IdentityWatch } from './fence/database-identity.ts';
import { type Lookout, WATCHED_PAUSE_MS } from './lookout.ts';
import type { OutboxHooks, OwnerContext } from './outbox/outbox.ts';
import type { SagaDefinition } from './sagas/saga.ts';

/** The service's configuration, as far as the frame reads it. */
export type OwnerConfig = z.infer<typeof baseConfigSchema>;

export interface OwnerDefinition<Config extends OwnerConfig, Name extends EntityName, Actor, Note> {
  readonly context: OwnerContext;
  /** The service's own Postgres schema, and the folder of its migrations in Prisma's layout. */
  readonly schema: string;
  readonly migrations: string;
  readonly rules: ChangeRules<Name, Actor, Note>;
  /** Who makes the changes of sagas and background loops. */
  readonly system: Actor;
  /** Paths below which an unknown one is authenticated before it is a 404. */
  readonly prefixes: readonly string[];
  /** Builds the features. May write through `changes` only with `relay`: the stream is not known yet. */
  readonly build: (
    foundation: Foundation<Config, Name, Actor, Note>,
  ) => Features<Name, Actor, Note> | Promise<Features<Name, Actor, Note>>;
}

/** What features are built from. */
export interface Foundation<Config, Name extends EntityName, Actor, Note> {
  readonly config: Config;
  readonly database: Database;
  readonly changes: Changes<Name, Actor, Note>;
  /** Who is calling and what they are, as the stream tells it. */
  readonly access: AccessProjection;
  readonly projection: Projection;
  readonly bus: Bus;
  /** Wakes loops for work that nobody in this process knows of. */
  readonly lookout: Pick<Lookout, 'watch'>;
  /** For what brings its own SQL, such as a rate limiter. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly cleanups: ServiceDependencies['cleanups'];
}

/** A reaction to other services' events; see `SagaDefinition`. Its effect commits with the saga's position. */
export interface OwnerSaga<Name extends EntityName, Actor, Note> extends Omit<SagaDefinition, 'effect'> {
  readonly effect: (change: Change<Name, Actor, Note>, event: StateEvent) => Promise<void>;
}

/** Something that runs from after the start until the service stops. */
export interface Loop {
  start(): void;
  stop(): Promise<void>;
}

export interface Features<Name extends EntityName, Actor, Note> {
  readonly handlers: Handlers<Principal>;
  readonly sagas?: readonly OwnerSaga<Name, Actor, Note>[];
  /** Started in order, stopped in reverse. */
  readonly background?: readonly (Loop | Omit<BackgroundOptions, 'logger'>)[];
  /** Hears of uses of API keys; default: they are published for identity, which owns keys. */
  readonly keyUses?: KeyUseListener;
  /** Called when the service stops and its patience with requests is nearly over: gives up what is still under way, so that it is answered. */
  readonly lastMoment?: () => Promise<void>;
  /** Wraps the wrapper that applies revision headers to requests. */
  readonly around?: (wrapper: RequestWrapper) => RequestWrapper;
}

/** What tests replace. */
export interface OwnerReplacements {
  /** Contexts whose completeness readiness waits for. */
  readonly contexts?: readonly Context[];
  readonly hooks?: OutboxHooks;
}

/**
 * Starts the service. It listens when its tables are up to date, and is ready when its projection has caught up.
 *
 * @throws StartError, ConfigError one sentence for the operator
 */
export async function startOwner<Config extends OwnerConfig, Name extends EntityName, Actor, Note>(
  definition: OwnerDefinition<Config, Name, Actor, Note>,
  config: Config,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  replacements: OwnerReplacements = {},
): Promise<RunningServer> {
  const { context, schema, migrations, rules, system } = definition;
  const watch = new IdentityWatch();
  const pool = await openDatabase({ config, schema, migrations, logger, cleanups, onConnect: watch.look });

  const access = new AccessProjection();
  const core = await EventCore.connect({
    config,
    pool,
    watch,
    context,
    afterReturn: await afterReturnOf(migrations),
    views: [access],
    logger,
    cleanups,
    ...replacements,
  });
  const { outbox, projection, bus, lookout } = core;
  const client = new PoolClient(pool, logger, core.guard.admit);
  const guard = new StatementGuard(entityTables(rules), unpublishedColumns(rules));
  const database = new Database(client, guard);
  const changes = new Changes({
    client,
    outbox,
    guard,
    rules,
    audit: { facts: () => auditFacts(access), noted: () => sealer.wake() },
  });
  const activity = new ActivityPublisher({ context, client, bus, logger });
  const sealer = new Sealer({
    context,
    client,
    organizationOf: (teamId) => access.team(teamId)?.orgId,
    onSealed: (sealed) => activity.publishSoon(sealed),
    logsEntries: config.AUDIT_LOG === 'stdout',
    logger,
    pauseMs: WATCHED_PAUSE_MS,
  });
  lookout.watch(IS_UNSEALED, () => sealer.wake());
  observeAudit(sealer);

  const features = await definition.build({
    config,
    database,
    changes,
    access,
    projection,
    bus,
    lookout,
    pool,
    logger,
    cleanups,
  });
  const sagas = (features.sagas ?? []).map(
    (saga): SagaDefinition => ({
      ...saga,
      effect: (tx, event) => changes.within(tx, system, (change) => saga.effect(change, event)),
    }),
  );
  const wrapper = await core.start({ client, sagas, awaitsRights: access.callerAwaitsPlacement });
  projection.onEpoch(() => activity.lookAtStream());
  const audit = { 'audit activity': activity, 'audit sealer': sealer };
  for (const [name, loop] of Object.entries(audit)) {
    loop.start();
    cleanups.add(name, () => loop.stop());
  }
  for (const background of [
    ...retention({ changes, rules, system, config }),
    ...(features.background ?? []),
  ]) {
    const loop = 'step' in background ? new Background({ ...background, logger }) : background;
    loop.start();
    cleanups.add(nameOf(background), () => loop.stop());
  }
  const keyUses = features.keyUses ?? publishedKeyUses(config, { bus, logger, cleanups });

  const app = express();
  healthRoutes(app, {
    ready: () => {
      const { ready, details } = core.ready();
      const { refusal } = pool;
      if (refusal !== undefined) return { ready: false, details: { ...details, postgres: refusal } };
      return { ready: ready && !server.draining, details };
    },
  });
  mountRoutes<Principal>(app, {
    handlers: {
      ...features.handlers,
      ...auditRoutes({ context, client, changes, access, rules }),
    },
    authenticate: (route, req) => {
      const principal = authenticateRoute(access, keyUses, route, req.headers.authorization);
      if ('error' in principal) throw new ApiError(principal.error);
      return principal;
    },
    afterParams: (route, principal) => {
      const refused = requireActingUser(route, principal);
      if (refused !== undefined) throw new ApiError(refused.error);
    },
    hintOf: (code, route, req) => hintOfRefusal(access, code, route.operationId, req.headers.authorization),
    around: features.around?.(wrapper) ?? wrapper,
    prefixes: definition.prefixes,
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
  const patienceMs = config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS;
  cleanups.add(
    'http server',
    async () => {
      const lastMoment = setTimeout(() => void features.lastMoment?.(), patienceMs - LAST_MOMENT_MS);
      await server.close();
      clearTimeout(lastMoment);
    },
    patienceMs + 2_000,
  );
  return server;
}

/** Nothing where entries are kept for ever. */
function retention<Name extends EntityName, Actor, Note>({
  config,
  ...parts
}: Omit<RetentionOptions<Name, Actor, Note>, 'days'> & { readonly config: OwnerConfig }) {
  if (config.AUDIT_RETENTION_DAYS === 0) return [];
  const step = new AuditRetention({ ...parts, days: config.AUDIT_RETENTION_DAYS });
  return [
    {
      name: 'audit retention',
      step: () => step.step(),
      pauseMs: RETENTION_PAUSE_MS,
      jitter: 0.2,
    },
  ];
}

const RETENTION_PAUSE_MS = 3_600_000;

function auditFacts(access: AccessProjection): AuditFacts {
  return {
    via: currentRequestScope()?.client,
    organizationOf: (teamId) => access.team(teamId)?.orgId,
  };
}

/** Publishes when each API key was last used in this process. */
function publishedKeyUses(
  config: OwnerConfig & { readonly USAGE_FLUSH_MS?: number },
  { bus, logger, cleanups }: { bus: Bus; logger: Logger; cleanups: ServiceDependencies['cleanups'] },
): KeyUseListener {
  const seenKeys = new SeenKeys();
  const publisher = new UsagePublisher({
    source: seenKeys,
    bus,
    intervalMs: config.USAGE_FLUSH_MS ?? USAGE_FLUSH_MS,
    logger,
  });
  publisher.start();
  cleanups.add('usage publisher', () => publisher.stop());
  return seenKeys;
}

const USAGE_FLUSH_MS = 5_000;

/** Before the end of the service's patience, in which answers still get out. */
const LAST_MOMENT_MS = 500;

function nameOf(background: Loop | Omit<BackgroundOptions, 'logger'>): string {
  return 'name' in background ? background.name : background.constructor.name;
}

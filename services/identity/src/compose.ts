/** Identity's whole object graph. */
import { AccessProjection, authenticateRoute, type Principal, requireActingUser } from '@px0/access';
import type { RouteDefinition } from '@px0/contracts';
import { type Context, createEventCore, type EventCore, type OutboxHooks } from '@px0/event-bus';
import {
  ApiError,
  healthRoutes,
  type Logger,
  mountRoutes,
  openDatabase,
  type RunningServer,
  type ServiceDependencies,
  startHttpServer,
} from '@px0/service-kit';
import express from 'express';
import { apiKeyCleanup, apiKeyRoutes, createApiKeyCommands, KeyUses, UsageFollower } from './api-keys/mod.ts';
import { Changes, leftToRelay } from './changes/mod.ts';
import {
  codeRoutes,
  createResetPassword,
  createTriggerReset,
  createTriggerVerification,
  createVerifyEmail,
  passwordResetMailWriter,
  verificationMailWriter,
} from './codes/mod.ts';
import type { Config } from './config.ts';
import { createDatabase, type Database, type Tx } from './database/db.ts';
import { decidedOnce } from './decided-once.ts';
import {
  addedToTeamMail,
  alreadyRegisteredMail,
  createMailer,
  emailChangedMail,
  type Mailer,
  MailQueue,
} from './mail/mod.ts';
import { chores, PeriodicTasks } from './maintenance/mod.ts';
import { membershipNotices } from './memberships/mod.ts';
import { observeIdentity } from './metrics.ts';
import { HashQueue, Passwords } from './passwords/mod.ts';
import { createAccountCommands, profileRoutes } from './profile/mod.ts';
import { connectRedis, RateLimiter, rateLimits } from './rate-limits/mod.ts';
import { createRegister, registrationRoutes } from './registration/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { SecretKeys } from './secrets/mod.ts';
import { createLogIn, createLogOut, sessionRoutes } from './sessions/mod.ts';
import { KeyRing } from './signing-keys/mod.ts';

/** What tests replace. */
export interface Replacements {
  readonly mailer?: Mailer;
  /** Whose completeness readiness waits for. */
  readonly contexts?: readonly Context[];
  readonly hooks?: OutboxHooks;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function startIdentity(
  config: Config,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  replacements: Replacements = {},
): Promise<RunningServer> {
  const pool = await openDatabase({ config, schema: SCHEMA, migrations: MIGRATIONS, logger, cleanups });
  const database = createDatabase(pool);
  cleanups.add('prisma', () => database.$disconnect());

  const secrets = new SecretKeys(config.PX0_SECRET_KEY);
  const mails = createMailQueue(config, { database, secrets, logger, mailer: replacements.mailer });

  const access = new AccessProjection();
  const core: EventCore<Tx> = await createEventCore<Tx>({
    config,
    pool,
    prisma: database,
    context: 'identity',
    views: [access],
    awaitsRights: access.callerAwaitsPlacement,
    sagas: [apiKeyCleanup(() => core.outbox), membershipNotices(mails)],
    logger,
    cleanups,
    ...(replacements.contexts === undefined ? {} : { contexts: replacements.contexts }),
    ...(replacements.hooks === undefined ? {} : { hooks: replacements.hooks }),
  });
  const changes = new Changes(database, core.outbox);

  const sessionDurationMs = config.SESSION_DURATION_HOURS * HOUR_MS;
  const keyRing = new KeyRing({
    database,
    changes: new Changes(database, leftToRelay(core.outbox)),
    encryptionKey: secrets.signingKeyEncryption,
    logger,
    sessionDurationMs,
    maxAgeMs: config.SIGNING_KEY_MAX_AGE_DAYS * DAY_MS,
  });
  await keyRing.maintain();

  const parameters = { memoryKib: config.ARGON2_MEMORY_KIB, passes: config.ARGON2_PASSES, parallelism: 1 };
  const queue = new HashQueue({ concurrency: config.HASH_CONCURRENCY, waiting: config.HASH_QUEUE_SIZE });
  const passwords = new Passwords(parameters, queue);

  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, logger);
  if (redis !== undefined) cleanups.add('redis', () => redis.disconnect());
  const profile = config.AUTH_RATE_LIMITS ?? (config.NODE_ENV === 'production' ? 'strict' : 'generous');
  const limits = rateLimits(profile, config.AUTH_RATE_LIMIT_OVERRIDES);
  const rateLimiter = new RateLimiter({
    limits,
    pool,
    redis,
    keyPrefix: `px0:${config.PX0_STREAM_PREFIX}identity:`,
  });

  observeIdentity(database, queue);
  mails.start();
  cleanups.add('mail queue', () => mails.stop());

  const keyUses = new KeyUses(database);
  const usage = new UsageFollower({ bus: core.bus, keyUses, logger });
  usage.start();
  cleanups.add('usage', async () => {
    await usage.stop();
    await keyUses.flush();
  });

  const tasks = new PeriodicTasks(logger);
  tasks.start(chores({ database, changes, keyRing, keyUses }));
  cleanups.add('chores', () => tasks.stop());

  const app = express();
  healthRoutes(app, { ready: () => core.ready() });
  mountRoutes<Principal>(app, {
    handlers: {
      ...registrationRoutes({
        register: createRegister({
          database,
          changes,
          access,
          passwords,
          rateLimiter,
          mails,
          verifiesAtOnce: config.RESEND_API_KEY === 'mock',
          hidesAccounts: config.STRICT_ENUMERATION_PROTECTION,
        }),
      }),
      ...sessionRoutes({
        logIn: createLogIn({ database, passwords, keyRing, rateLimiter, sessionDurationMs }),
        logOut: createLogOut(changes, keyRing),
        keyRing,
      }),
      ...codeRoutes({
        triggerVerification: createTriggerVerification({ database, mails, rateLimiter, config }),
        triggerReset: createTriggerReset({ database, mails, rateLimiter, config }),
        verifyEmail: createVerifyEmail({ database, changes, secrets, rateLimiter, config }),
        resetPassword: createResetPassword({ database, changes, passwords, rateLimiter }),
      }),
      ...profileRoutes(createAccountCommands({ database, changes, access, passwords, mails })),
      ...apiKeyRoutes(createApiKeyCommands({ database, changes, access, projection: core.projection })),
    },
    authenticate: (route, req) => authenticate(access, keyUses, route, req.headers.authorization),
    afterParams: (route, principal) => {
      const refused = requireActingUser(route, principal);
      if (refused !== undefined) throw new ApiError(refused.error);
    },
    around: decidedOnce(core.wrapper),
    prefixes: ['/v1/api-keys'],
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

/** @throws ApiError what the route's auth class refuses */
function authenticate(
  access: AccessProjection,
  keyUses: KeyUses,
  route: RouteDefinition,
  header: string | undefined,
): Principal {
  const principal = authenticateRoute(access, keyUses, route, header);
  if ('error' in principal) throw new ApiError(principal.error);
  return principal;
}

interface MailDependencies {
  readonly database: Database;
  readonly secrets: SecretKeys;
  readonly logger: Logger;
  readonly mailer: Mailer | undefined;
}

function createMailQueue(config: Config, { database, secrets, logger, mailer }: MailDependencies): MailQueue {
  return new MailQueue({
    database,
    // The log goes to stdout: mails that are printed must not be in it.
    mailer: mailer ?? createMailer(config, process.stderr),
    writers: {
      verification: verificationMailWriter(database, secrets),
      'password-reset': passwordResetMailWriter(database),
      'email-changed': ({ recipient }) => Promise.resolve(emailChangedMail(recipient)),
      'added-to-team': ({ recipient }) => Promise.resolve(addedToTeamMail(recipient)),
      'already-registered': ({ recipient }) => Promise.resolve(alreadyRegisteredMail(recipient)),
    },
    logger,
    timeoutMs: config.MAIL_TIMEOUT_MS,
  });
}

/**
 * Identity's whole object graph. The projection serves what tenancy owns; accounts, sessions and keys are decided on identity's
 * own rows.
 */
import { type Foundation, type OwnerReplacements, startOwner } from '@px0/owner';
import type { RunningServer, ServiceDependencies } from '@px0/service-kit';
import { apiKeyCleanups, apiKeyRoutes, followUsage, KeyUses, makerRepublisher } from './api-keys/mod.ts';
import { accountAuditRoutes } from './audit/mod.ts';
import { type Actor, type AuditNote, type OwnEntity, rules, systemActor } from './changes/mod.ts';
import { codeMailWriters, codeRoutes } from './codes/mod.ts';
import type { Config } from './config.ts';
import { decidedOnce } from './decided-once.ts';
import { invitationMailRoutes } from './invitations/mod.ts';
import { createMailer, createMailQueue, type Mailer } from './mail/mod.ts';
import { chores } from './maintenance/mod.ts';
import { membershipNotices } from './memberships/mod.ts';
import { observeIdentity } from './metrics.ts';
import { createPasswords } from './passwords/mod.ts';
import { profileRoutes } from './profile/mod.ts';
import { createRateLimiter } from './rate-limits/mod.ts';
import { registrationRoutes } from './registration/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { SecretKeys } from './secrets/mod.ts';
import { sessionRoutes } from './sessions/mod.ts';
import { startKeyRing } from './signing-keys/mod.ts';

/** What tests replace. */
export interface Replacements extends OwnerReplacements {
  readonly mailer?: Mailer;
}

/** Starts the service; what it opened is closed by `cleanups`. */
export function startIdentity(
  config: Config,
  dependencies: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  { mailer, ...replacements }: Replacements = {},
): Promise<RunningServer> {
  const frame = {
    context: 'identity',
    schema: SCHEMA,
    migrations: MIGRATIONS,
    rules,
    system: systemActor,
  } as const;
  const build = (foundation: Foundation<Config, OwnEntity, Actor, AuditNote>) => features(foundation, mailer);
  return startOwner({ ...frame, prefixes: ['/v1/api-keys'], build }, config, dependencies, replacements);
}

async function features(
  foundation: Foundation<Config, OwnEntity, Actor, AuditNote>,
  replacedMailer: Mailer | undefined,
) {
  const { config, database, changes, access, projection, bus, lookout, logger, cleanups } = foundation;
  const secrets = new SecretKeys(config.PX0_SECRET_KEY);
  const codes = codeMailWriters(database, secrets);
  // The log goes to stdout: mails that are printed must not be in it.
  const mailer = replacedMailer ?? createMailer(config, process.stderr);
  const isMock = config.RESEND_API_KEY === 'mock' && config.SMTP_URL === undefined;
  const mails = createMailQueue(config, { database, lookout, logger, codes, mailer });
  const keyRing = await startKeyRing(config, secrets, { reader: database, changes, logger });
  const { passwords, hashes } = createPasswords(config);
  const rateLimiter = createRateLimiter(config, foundation);
  const keyUses = new KeyUses(database);
  cleanups.add('key uses', () => keyUses.flush());
  observeIdentity(database, hashes);
  const parts = {
    config,
    database,
    reader: database,
    changes,
    access,
    projection,
    passwords,
    rateLimiter,
    mails,
    keyRing,
    secrets,
  };
  return {
    sagas: [...apiKeyCleanups, membershipNotices(mails)],
    background: [
      mails,
      followUsage({ bus, logger, keyUses }),
      makerRepublisher(changes),
      ...chores({ database, changes, keyRing, keyUses }),
    ],
    keyUses,
    around: decidedOnce,
    handlers: {
      ...registrationRoutes({
        ...parts,
        verifiesAtOnce: config.RESEND_API_KEY === 'mock',
        hidesAccounts: config.STRICT_ENUMERATION_PROTECTION,
      }),
      ...sessionRoutes(parts),
      ...codeRoutes(parts),
      ...profileRoutes(parts),
      ...apiKeyRoutes({ ...parts, policies: config.POLICIES }),
      ...accountAuditRoutes(database),
      ...invitationMailRoutes({
        ...parts,
        // `mock` prints mails, which reach nobody.
        mailer: isMock ? replacedMailer : mailer,
        logger,
        consoleUrl: config.CONSOLE_URL,
      }),
    },
  };
}

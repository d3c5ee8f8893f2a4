/** Identity's whole object graph. The projection is for what tenancy owns; about accounts, sessions and keys it decides on its own rows. */
import { type Foundation, type OwnerReplacements, startOwner } from '@px0/owner';
import type { RunningServer, ServiceDependencies } from '@px0/service-kit';
import {
  apiKeyCleanup,
  apiKeyRoutes,
  CreateKey,
  DeleteKey,
  followUsage,
  KeyUses,
  ListKeys,
  RotateKey,
} from './api-keys/mod.ts';
import { type Actor, type AuditNote, type OwnEntity, rules, systemActor } from './changes/mod.ts';
import {
  codeMailWriters,
  codeRoutes,
  ResetPassword,
  TriggerReset,
  TriggerVerification,
  VerifyEmail,
} from './codes/mod.ts';
import type { Config } from './config.ts';
import { decidedOnce } from './decided-once.ts';
import { createMailQueue, type Mailer } from './mail/mod.ts';
import { chores } from './maintenance/mod.ts';
import { membershipNotices } from './memberships/mod.ts';
import { observeIdentity } from './metrics.ts';
import { createPasswords } from './passwords/mod.ts';
import { ChangeEmail, ChangePassword, DeleteAccount, profileRoutes, ShowMe } from './profile/mod.ts';
import { createRateLimiter } from './rate-limits/mod.ts';
import { Register, registrationRoutes } from './registration/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import { SecretKeys } from './secrets/mod.ts';
import { LogIn, LogOut, sessionRoutes } from './sessions/mod.ts';
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
  mailer: Mailer | undefined,
) {
  const { config, database, changes, access, projection, bus, logger, cleanups } = foundation;
  const reader = database;
  const secrets = new SecretKeys(config.PX0_SECRET_KEY);
  const codes = codeMailWriters(database, secrets);
  const mails = createMailQueue(config, { database, logger, codes, mailer });
  const keyRing = await startKeyRing(config, secrets, { reader, changes, logger });
  const { passwords, hashes } = createPasswords(config);
  const rateLimiter = createRateLimiter(config, foundation);
  const keyUses = new KeyUses(database);
  cleanups.add('key uses', () => keyUses.flush());
  observeIdentity(reader, hashes);
  return {
    sagas: [apiKeyCleanup, membershipNotices(mails)],
    background: [
      mails,
      followUsage({ bus, logger, keyUses }),
      ...chores({ database, changes, keyRing, keyUses }),
    ],
    keyUses,
    around: decidedOnce,
    handlers: {
      ...registrationRoutes(
        new Register({
          ...{ database, changes, access, passwords, rateLimiter, mails },
          verifiesAtOnce: config.RESEND_API_KEY === 'mock',
          hidesAccounts: config.STRICT_ENUMERATION_PROTECTION,
        }),
      ),
      ...sessionRoutes({
        logIn: new LogIn({ reader, changes, passwords, keyRing, rateLimiter }),
        logOut: new LogOut(changes, keyRing),
        keyRing,
      }),
      ...codeRoutes({
        triggerVerification: new TriggerVerification({ database, mails, rateLimiter, config }),
        triggerReset: new TriggerReset({ database, mails, rateLimiter, config }),
        verifyEmail: new VerifyEmail({ reader, changes, secrets, rateLimiter, config }),
        resetPassword: new ResetPassword({ reader, changes, passwords, rateLimiter }),
      }),
      ...profileRoutes({
        access,
        show: new ShowMe(reader),
        changeEmail: new ChangeEmail({ changes, mails }),
        changePassword: new ChangePassword({ reader, changes, passwords }),
        delete: new DeleteAccount({ changes, access }),
      }),
      ...apiKeyRoutes({
        create: new CreateKey({ changes, access, projection }),
        list: new ListKeys({ reader, access }),
        rotate: new RotateKey({ reader, changes, access, projection }),
        delete: new DeleteKey({ reader, changes, access }),
      }),
    },
  };
}

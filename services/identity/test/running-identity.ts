/** Identity in the test's own process, with tenancy and registry played by the test; see `RunningOwner`. */
import { randomUUID } from 'node:crypto';
import { createLogger, loadConfig } from '@px0/service-kit';
import {
  type Bearer,
  type CaughtUpReply,
  type OwnerParts,
  type OwnerUnderTest,
  openOwner,
  PlayedTenancy,
  RunningOwner,
} from '@px0/testing';
import { z } from 'zod';
import { startIdentity } from '../src/compose.ts';
import { type Config, configSchema } from '../src/config.ts';
import { SCHEMA } from '../src/schema.ts';
import { CapturedMails } from './captured-mails.ts';

export type { Bearer };
export type Reply = CaughtUpReply;

export interface TestUser extends Bearer {
  readonly id: string;
  readonly email: string;
}

/** A user who administers an organization. */
export interface Founder extends TestUser {
  readonly orgId: string;
  readonly teamId: string;
}

export const PASSWORD = 'Correct-horse-1';

const registered = z.object({
  user: z.object({ id: z.string(), email: z.string(), created_at: z.string() }),
});
export const begunSession = z.object({ token: z.string(), expires_at: z.string() });
export const createdKey = z.object({ id: z.string(), key: z.string() });

/** Hashes that take no time: what they are worth is not what these tests ask. */
const cheapHashes = { ARGON2_MEMORY_KIB: 64, ARGON2_PASSES: 1 };

export interface RunOptions {
  readonly config?: Partial<Config>;
  /** Environment variables. Default: `RESEND_API_KEY=mock`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What outlives a restart of the service. */
interface Surroundings {
  readonly mails: CapturedMails;
  readonly log: string[];
  readonly options: RunOptions;
}

export class RunningIdentity extends RunningOwner {
  readonly tenancy: PlayedTenancy;
  readonly mails: CapturedMails;
  /** Every line that the service has logged. */
  readonly log: string[];
  readonly #options: RunOptions;

  private constructor(parts: OwnerParts, { mails, log, options }: Surroundings) {
    super(parts);
    this.tenancy = new PlayedTenancy(parts.contexts);
    this.mails = mails;
    this.log = log;
    this.#options = options;
  }

  static async start(options: RunOptions = {}): Promise<RunningIdentity> {
    const surroundings = { mails: new CapturedMails(), log: [], options };
    return new RunningIdentity(await openOwner(identityUnderTest(surroundings)), surroundings);
  }

  /** Ends the service as SIGTERM would, and starts it again on the same data. */
  async restart(change: RunOptions = {}): Promise<void> {
    await this.stopService();
    const options = {
      config: { ...this.#options.config, ...change.config },
      env: { ...this.#options.env, ...change.env },
    };
    await this.startService(identityUnderTest({ mails: this.mails, log: this.log, options }));
  }

  /** An address without an account. */
  newEmail(): string {
    return `user-${randomUUID()}@example.com`;
  }

  /** Registers by the public way, and logs in. */
  async user(email = this.newEmail(), password = PASSWORD): Promise<TestUser> {
    const reply = await this.call(undefined, 'POST', '/v1/auth/register', { email, password });
    const { user } = parsed(registered, reply);
    return { id: user.id, email, token: await this.logIn(email, password) };
  }

  async logIn(email: string, password = PASSWORD): Promise<string> {
    const reply = await this.call(undefined, 'POST', '/v1/auth/login', { email, password });
    return parsed(begunSession, reply).token;
  }

  /** A user who is admin of an organization's default team. */
  async founder(): Promise<Founder> {
    const user = await this.user();
    const { id: orgId, defaultTeamId: teamId } = await this.tenancy.createOrganization();
    await this.tenancy.setMember(teamId, user.id, 'admin');
    return { ...user, orgId, teamId };
  }

  /** A new key of the founder's organization. */
  async key(
    founder: Founder,
    facts: Record<string, unknown> = {},
  ): Promise<Bearer & { readonly id: string }> {
    const body = { name: 'a key', org_id: founder.orgId, ...facts };
    const { id, key } = parsed(createdKey, await this.call(founder, 'POST', '/v1/api-keys', body));
    return { id, token: key };
  }
}

function identityUnderTest({ mails, log, options }: Surroundings): OwnerUnderTest {
  return {
    schema: SCHEMA,
    played: ['tenancy', 'registry'],
    logger: createLogger({
      service: 'identity',
      level: 'trace',
      destination: { write: (line: string) => log.push(line) },
    }),
    start: (environment, dependencies) => {
      const loaded = loadConfig(configSchema, {
        ...environment,
        RESEND_API_KEY: 'mock',
        POLICIES: 'on',
        ...options.env,
      });
      const config = { ...loaded, ...cheapHashes, ...options.config };
      return startIdentity(config, dependencies, { mailer: mails });
    },
  };
}

/** The body of a reply that should be of this form; an error that shows it when it is not. */
function parsed<T>(schema: z.ZodType<T>, { status, body }: Reply): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new Error(`unexpected answer: ${status} ${JSON.stringify(body)}`);
  return result.data;
}

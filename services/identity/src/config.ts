/** Identity's configuration. In production it refuses values meant for a developer's machine. */
import { baseConfigSchema, flagVariable, integerVariable, urlVariable } from '@px0/service-kit';
import { z } from 'zod';
import { parseOverrides, type RateLimitOverrides } from './rate-limits/mod.ts';

/** Good enough for a developer's machine, and public knowledge. */
export const DEVELOPMENT_SECRET = 'px0-development-secret-not-for-production';

/** Positive whole hours; anything else counts as a day, as the contract says. */
function sessionHours(text: string): number {
  const hours = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return hours > 0 ? hours : 24;
}

function rateLimitOverrides(text: string, context: z.RefinementCtx): RateLimitOverrides {
  const overrides = parseOverrides(text);
  if (overrides !== undefined) return overrides;
  context.addIssue({
    code: 'custom',
    message: 'must be a list like login.address=30/60,register.address=5/3600',
  });
  return z.NEVER;
}

export const configSchema = z
  .object({
    ...baseConfigSchema.shape,
    POLICIES: z
      .enum(['on', 'off'])
      .default('off')
      .describe(
        'Whether API keys may have limits. Leave it off until every process runs a release that knows them.',
      ),
    PX0_SECRET_KEY: z
      .string()
      .min(32, 'must have at least 32 characters')
      .default(DEVELOPMENT_SECRET)
      .describe(
        'Secret from which px0 derives the keys that encrypt signing keys in the database and protect verification codes. All replicas need the same one. In production, the default is refused.',
      ),
    SESSION_DURATION_HOURS: z
      .string()
      .transform(sessionHours)
      .prefault('24')
      .describe(
        'How long a session lasts after login, in hours. Any value other than a positive whole number counts as 24.',
      ),
    SIGNING_KEY_MAX_AGE_DAYS: integerVariable(1, 3_650)
      .prefault('90')
      .describe(
        'Maximum age of the key that signs session tokens, in days. Then identity creates a new key.',
      ),
    REDIS_URL: urlVariable('redis', 'rediss')
      .optional()
      .describe(
        'Redis for the counts of attempts. Without it, they are in Postgres; while it is down, in memory.',
      ),
    RESEND_API_KEY: z
      .string()
      .optional()
      .describe(
        'API key of resend.com, which then sends the mail. Empty: mail is printed (or goes to SMTP_URL). `mock`: mail is printed, and public registrations are verified at once. In production, both are refused without SMTP_URL.',
      ),
    RESEND_FROM_EMAIL: z.string().default('onboarding@resend.dev').describe('Sender of all mail.'),
    RESEND_API_URL: urlVariable('https', 'http')
      .default('https://api.resend.com')
      .describe('Address of Resend. Tests set it.'),
    SMTP_URL: urlVariable('smtp', 'smtps')
      .optional()
      .describe('SMTP server that sends the mail, with user and password if it needs them.'),
    CONSOLE_URL: urlVariable('https', 'http')
      .optional()
      .describe(
        'Address of the console as people reach it, e.g. https://px0.example.com. Mails with an invitation link to it; without it they hold a code alone.',
      ),
    MAIL_TIMEOUT_MS: integerVariable(100, 60_000)
      .prefault('10000')
      .describe('Timeout for the mail provider to accept one mail, in milliseconds.'),
    MAIL_COOLDOWN_SECONDS: integerVariable(0, 900)
      .prefault('60')
      .describe(
        'Minimum time between two mails with a code, in seconds. A request within that time succeeds without a mail, and the mailed code stays valid.',
      ),
    STRICT_ENUMERATION_PROTECTION: flagVariable()
      .prefault('false')
      .describe(
        'If on, registration, the mail triggers and verification give the same response whether or not an account exists. If off, they reveal it, as clients of the API expect.',
      ),
    AUTH_RATE_LIMITS: z
      .enum(['generous', 'strict', 'off'])
      .optional()
      .describe(
        'Rate limits for the calls that need no credentials. `generous` suits development and test suites. Default: `strict` in production, else `generous`.',
      ),
    AUTH_RATE_LIMIT_OVERRIDES: z
      .string()
      .transform(rateLimitOverrides)
      .prefault('')
      .describe(
        'Overrides of single limits, as `<rule>=<calls>/<seconds>`, separated by commas, e.g. `login.address=30/60`.',
      ),
    ARGON2_MEMORY_KIB: integerVariable(19_456, 1_048_576)
      .prefault('19456')
      .describe(
        'Memory for one password hash, in KiB. After a change, each hash is renewed at the next login.',
      ),
    ARGON2_PASSES: integerVariable(2, 20).prefault('2').describe('Number of passes for one password hash.'),
    // libuv has four threads unless UV_THREADPOOL_SIZE says otherwise; DNS look-ups need some, too.
    HASH_CONCURRENCY: integerVariable(1, 64)
      .prefault('2')
      .describe('Number of passwords hashed at a time; keep it below UV_THREADPOOL_SIZE (4).'),
    HASH_QUEUE_SIZE: integerVariable(1, 10_000)
      .prefault('200')
      .describe('Maximum number of requests that wait for a password hash; further requests get a 503.'),
  })
  .superRefine((config, context) => {
    if (config.NODE_ENV !== 'production') return;
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (config.PX0_SECRET_KEY === DEVELOPMENT_SECRET) refuse('PX0_SECRET_KEY', 'must be your own secret');
    if (config.SMTP_URL === undefined && ['', 'mock', undefined].includes(config.RESEND_API_KEY)) {
      refuse(
        'RESEND_API_KEY',
        'must be a real key in production, where mail is not printed (or set SMTP_URL)',
      );
    } else if (config.RESEND_API_KEY === 'mock') {
      refuse('RESEND_API_KEY', 'must not be mock in production: it verifies every account');
    }
  });

export type Config = z.infer<typeof configSchema>;

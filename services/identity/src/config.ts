/** Identity's configuration. In production nothing that is meant for a developer's machine is accepted. */
import { baseConfigSchema, flagVariable, integerVariable, urlVariable } from '@px0/service-kit';
import { z } from 'zod';
import { parseOverrides, type RateLimitOverrides } from './rate-limits/mod.ts';

/** Good enough for one developer's machine, and known to everybody. */
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
    PX0_SECRET_KEY: z
      .string()
      .min(32, 'must have at least 32 characters')
      .default(DEVELOPMENT_SECRET)
      .describe(
        'Secret from which the keys are derived that encrypt signing keys in the database and protect verification codes. All replicas share it. The default is refused in production.',
      ),
    SESSION_DURATION_HOURS: z
      .string()
      .transform(sessionHours)
      .prefault('24')
      .describe(
        'How long a session lasts from login, in hours. Anything but a positive whole number counts as 24.',
      ),
    SIGNING_KEY_MAX_AGE_DAYS: integerVariable(1, 3_650)
      .prefault('90')
      .describe('Session tokens are signed with a new key when the present one is older than this.'),
    REDIS_URL: urlVariable('redis', 'rediss')
      .optional()
      .describe(
        'Redis for the counts of attempts. Without it they are in Postgres; when it is away, in memory.',
      ),
    RESEND_API_KEY: z
      .string()
      .optional()
      .describe(
        'Key of resend.com, which then sends the mails. Empty: mails are printed (or go to SMTP_URL). `mock`: mails are printed and public registrations are verified at once. Neither is accepted in production without SMTP_URL.',
      ),
    RESEND_FROM_EMAIL: z.string().default('onboarding@resend.dev').describe('The sender of all mails.'),
    RESEND_API_URL: urlVariable('https', 'http')
      .default('https://api.resend.com')
      .describe('Where Resend is. Tests set it.'),
    SMTP_URL: urlVariable('smtp', 'smtps')
      .optional()
      .describe('SMTP server that sends the mails, with user and password if it asks for them.'),
    MAIL_TIMEOUT_MS: integerVariable(100, 60_000)
      .prefault('10000')
      .describe('How long the mail provider may take for one mail.'),
    MAIL_COOLDOWN_SECONDS: integerVariable(0, 900)
      .prefault('60')
      .describe('A code is not mailed again this soon; the trigger succeeds and the mailed code stays good.'),
    STRICT_ENUMERATION_PROTECTION: flagVariable()
      .prefault('false')
      .describe(
        'Registration, the mail triggers and verification then answer alike whether or not an account exists. Off: they tell, as clients of the API expect.',
      ),
    AUTH_RATE_LIMITS: z
      .enum(['generous', 'strict', 'off'])
      .optional()
      .describe(
        'Limits on the calls that need no credentials. `generous` suits development and test suites. Default: `strict` in production, else `generous`.',
      ),
    AUTH_RATE_LIMIT_OVERRIDES: z
      .string()
      .transform(rateLimitOverrides)
      .prefault('')
      .describe(
        'Single limits as `<rule>=<calls>/<seconds>`, separated by commas, e.g. `login.address=30/60`.',
      ),
    ARGON2_MEMORY_KIB: integerVariable(19_456, 1_048_576)
      .prefault('19456')
      .describe('Memory of one password hash. Existing hashes are renewed at the next login after a change.'),
    ARGON2_PASSES: integerVariable(2, 20).prefault('2').describe('Passes of one password hash.'),
    // libuv has four threads unless UV_THREADPOOL_SIZE says otherwise; DNS look-ups need some, too.
    HASH_CONCURRENCY: integerVariable(1, 64)
      .prefault('2')
      .describe('Passwords hashed at a time; keep it below UV_THREADPOOL_SIZE (4).'),
    HASH_QUEUE_SIZE: integerVariable(1, 10_000)
      .prefault('200')
      .describe('Requests that may wait for their password to be hashed; above it the answer is 503.'),
  })
  .superRefine((config, context) => {
    if (config.NODE_ENV !== 'production') return;
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (config.PX0_SECRET_KEY === DEVELOPMENT_SECRET)
      refuse('PX0_SECRET_KEY', 'must be a secret of your own');
    if (config.SMTP_URL === undefined && ['', 'mock', undefined].includes(config.RESEND_API_KEY)) {
      refuse(
        'RESEND_API_KEY',
        'must be a real key in production, where mails are not printed (or set SMTP_URL)',
      );
    } else if (config.RESEND_API_KEY === 'mock') {
      refuse('RESEND_API_KEY', 'must not be mock in production: it verifies every account');
    }
  });

export type Config = z.infer<typeof configSchema>;

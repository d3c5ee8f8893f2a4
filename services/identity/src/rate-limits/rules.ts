/**
 * Limits for the calls that need no credentials. Each rule counts by client address or by account. `strict` is for the open
 * internet; `generous` suits test suites or a classroom behind one address, and still stops floods.
 */

export interface RateLimit {
  readonly calls: number;
  readonly seconds: number;
}

const strict = {
  'register.address': { calls: 20, seconds: 3_600 },
  'register.admin': { calls: 600, seconds: 3_600 },
  'login.address': { calls: 60, seconds: 60 },
  'login.account': { calls: 10, seconds: 300 },
  'verification-trigger.address': { calls: 20, seconds: 3_600 },
  'verification-trigger.account': { calls: 10, seconds: 3_600 },
  'verification.address': { calls: 60, seconds: 900 },
  'verification.account': { calls: 20, seconds: 900 },
  'reset-trigger.address': { calls: 20, seconds: 3_600 },
  'reset-trigger.account': { calls: 10, seconds: 3_600 },
  'reset.address': { calls: 30, seconds: 900 },
  'invitation.account': { calls: 100, seconds: 3_600 },
} as const satisfies { readonly [rule: string]: RateLimit };

export type RateLimitRule = keyof typeof strict;
export type RateLimits = { readonly [Rule in RateLimitRule]: RateLimit };
export type RateLimitOverrides = { readonly [Rule in RateLimitRule]?: RateLimit };

const generousLimit: RateLimit = { calls: 1_200, seconds: 60 };

const generous: RateLimits = {
  'register.address': generousLimit,
  'register.admin': generousLimit,
  'login.address': generousLimit,
  'login.account': { calls: 300, seconds: 60 },
  'verification-trigger.address': generousLimit,
  'verification-trigger.account': { calls: 60, seconds: 60 },
  'verification.address': generousLimit,
  'verification.account': { calls: 60, seconds: 60 },
  'reset-trigger.address': generousLimit,
  'reset-trigger.account': { calls: 60, seconds: 60 },
  'reset.address': generousLimit,
  'invitation.account': generousLimit,
};

/** The limits of a profile with single ones replaced; undefined for `off`. */
export function rateLimits(
  profile: 'generous' | 'strict' | 'off',
  overrides: RateLimitOverrides,
): RateLimits | undefined {
  if (profile === 'off') return undefined;
  return { ...(profile === 'strict' ? strict : generous), ...overrides };
}

/** Reads `login.address=30/60,register.address=5/3600`; undefined when it names an unknown rule or is not of that form. */
export function parseOverrides(text: string): RateLimitOverrides | undefined {
  const overrides: { [Rule in RateLimitRule]?: RateLimit } = {};
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const match = /^\s*([a-z.-]+)=([1-9]\d{0,8})\/([1-9]\d{0,6})\s*$/.exec(item);
    const rule = match?.[1];
    if (rule === undefined || !isRule(rule)) return undefined;
    overrides[rule] = { calls: Number(match?.[2]), seconds: Number(match?.[3]) };
  }
  return overrides;
}

function isRule(name: string): name is RateLimitRule {
  return Object.hasOwn(strict, name);
}

import { ConfigError, loadConfig } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';

const DATABASE_URL = 'postgres://localhost/px0';
const production = {
  DATABASE_URL,
  NODE_ENV: 'production',
  PX0_SECRET_KEY: 'a secret of at least thirty-two characters',
  RESEND_API_KEY: 're_something',
};

const load = (env: Record<string, string>) => loadConfig(configSchema, env);

function refusalOf(env: Record<string, string>): string {
  try {
    load(env);
    return 'none';
  } catch (error) {
    return error instanceof ConfigError ? error.message : 'another error';
  }
}

describe('the configuration', () => {
  it('needs a database, and nothing else on a developer’s machine', () => {
    expect(refusalOf({})).toBe('DATABASE_URL must be set.');
    expect(refusalOf({ DATABASE_URL })).toBe('none');
    expect(refusalOf({ DATABASE_URL, RESEND_API_KEY: 'mock' })).toBe('none');
  });

  it.each([
    ['2', 2],
    ['0', 24],
    ['-1', 24],
    ['1.5', 24],
    ['soon', 24],
  ])('takes a session duration of %j for %d hours', (text, hours) => {
    expect(load({ DATABASE_URL, SESSION_DURATION_HOURS: text }).SESSION_DURATION_HOURS).toBe(hours);
  });

  it('in production needs a secret of its own and a way to send mails', () => {
    expect(refusalOf(production)).toBe('none');
    expect(refusalOf({ ...production, PX0_SECRET_KEY: '' })).toBe('PX0_SECRET_KEY must be set.');
    expect(refusalOf({ ...production, PX0_SECRET_KEY: 'short' })).toContain(
      'PX0_SECRET_KEY must have at least 32',
    );
    expect(refusalOf({ ...production, RESEND_API_KEY: '' })).toBe('RESEND_API_KEY must be set.');
    expect(refusalOf({ ...production, RESEND_API_KEY: 'mock' })).toContain('RESEND_API_KEY must');
    const smtp = { ...production, SMTP_URL: 'smtp://mail.example.com' };
    expect(refusalOf({ ...smtp, RESEND_API_KEY: '' })).toBe('none');
    expect(refusalOf({ ...smtp, RESEND_API_KEY: 'mock' })).toContain('RESEND_API_KEY must not be mock');
  });

  it('never accepts weaker hashes than OWASP asks for', () => {
    expect(refusalOf({ DATABASE_URL, ARGON2_MEMORY_KIB: '19455' })).toContain(
      'ARGON2_MEMORY_KIB must be at least 19456',
    );
    expect(refusalOf({ DATABASE_URL, ARGON2_PASSES: '1' })).toContain('ARGON2_PASSES must be at least 2');
  });

  it('names a wrong list of limits', () => {
    expect(refusalOf({ DATABASE_URL, AUTH_RATE_LIMIT_OVERRIDES: 'login=1' })).toContain(
      'AUTH_RATE_LIMIT_OVERRIDES must be a list',
    );
  });
});

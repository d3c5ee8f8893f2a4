import { describe, expect, it } from 'vitest';
import { addressKey } from './rate-limiter.ts';
import { parseOverrides, rateLimits } from './rules.ts';

describe('rate limits', () => {
  it('count IPv4 clients by address and IPv6 clients by network', () => {
    expect(addressKey('203.0.113.7')).toBe('203.0.113.7');
    expect(addressKey('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:0db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(addressKey('::1')).toBe('0:0:0:0::/64');
  });

  it('let fifty registrations and sixty logins from one address pass by default', () => {
    const limits = rateLimits('generous', {});
    expect(limits?.['register.address'].calls).toBeGreaterThanOrEqual(50);
    expect(limits?.['login.address'].calls).toBeGreaterThanOrEqual(60);
    expect(limits?.['login.account'].calls).toBeGreaterThanOrEqual(60);
  });

  it('can be replaced one by one, and switched off', () => {
    const overrides = parseOverrides('login.address=3/60, register.address=5/3600');
    expect(rateLimits('strict', overrides ?? {})?.['login.address']).toEqual({ calls: 3, seconds: 60 });
    expect(rateLimits('off', {})).toBeUndefined();
  });

  it.each(['login=3/60', 'login.address=0/60', 'login.address=3', 'nonsense', 'login.address=3/60;x'])(
    'refuse the override %j',
    (text) => {
      expect(parseOverrides(text)).toBeUndefined();
    },
  );
});

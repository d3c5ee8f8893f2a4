import { describe, expect, it } from 'vitest';
import { breakEntries, notSent, notSentText, type ServiceReport } from './not-sent.ts';

const NOW = new Date('2026-03-08T12:00:00Z');
const added = ['added required mood'];

function report(service: string, variables: readonly string[], daysAgo = 0): ServiceReport {
  return { service, variables, lastSeenAt: new Date(NOW.getTime() - daysAgo * 86_400_000) };
}

const text = (breaks: readonly string[], ...reports: readonly ServiceReport[]) =>
  notSentText(notSent(breaks, reports, NOW));

describe('services that do not send a variable', () => {
  it('are named, one, two and many', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const some = names.map((name) => report(name, ['name']));
    expect(text(added)).toBe('');
    expect(text(added, report('checkout', ['name', 'mood']))).toBe('');
    expect(text(added, report('checkout', ['name']))).toBe('checkout does not send `mood`');
    expect(text(added, report('checkout', ['name']), report('mailer', ['name']))).toBe(
      'checkout and mailer do not send `mood`',
    );
    expect(text(added, ...some.slice(0, 5))).toBe('a, b, c, d and e do not send `mood`');
    expect(text(added, ...some)).toBe('a, b, c, d, e and 2 more do not send `mood`');
    expect(text(added, report('', ['name']))).toBe('applications without a name do not send `mood`');
  });

  it('are told once for variables that the same ones lack', () => {
    const breaks = ['added required mood', 'added required name', 'added required tone', 'removed old'];
    expect(text(breaks, report('checkout', ['name']), report('mailer', ['name', 'x']))).toBe(
      'checkout and mailer do not send `mood` or `tone`',
    );
    expect(text(breaks, report('checkout', ['name']), report('mailer', ['mood']))).toBe(
      'checkout does not send `mood`; mailer does not send `name`; checkout and mailer do not send `tone`',
    );
  });

  it('are judged by what they sent within a week, with whichever version', () => {
    expect(text(added, report('checkout', ['name'], 8))).toBe('');
    expect(text(added, report('checkout', ['name'], 6), report('checkout', ['mood'], 8))).toBe(
      'checkout does not send `mood`',
    );
    expect(text(added, report('checkout', ['name']), report('checkout', ['mood'], 6))).toBe('');
    expect(text(added, report('checkout', ['name']), report('checkout', []))).toBe(
      'checkout does not send `mood`',
    );
  });

  it('are left out where the names are not known, or not all', () => {
    expect(text(added, report('remote', []))).toBe('');
    expect(text(added, report('checkout', ['name', '…']))).toBe('');
    const names = Array.from({ length: 512 }, (_, index) => `v${index}`);
    expect(text(added, report('checkout', names))).toBe('');
    const long = 'm'.repeat(129);
    expect(text([`added required ${long}`], report('checkout', ['name']))).toBe('');
  });

  it('are told of variables, not of what is in them', () => {
    const breaks = ['added required customer.name', 'added required items[].id', 'added required ["a"].b'];
    expect(text(breaks, report('checkout', ['name']))).toBe('');
    expect(text(['added required ["my \\"key; x"]'], report('checkout', ['name']))).toBe(
      'checkout does not send `my "key; x`',
    );
    expect(text(['added required ["my key"]'], report('checkout', ['my key']))).toBe('');
  });
});

it('a refusal is a list again, whatever its variables are called', () => {
  expect(breakEntries('contract break: added required a; removed ["b; c"]; restricted ["\\""]')).toEqual([
    'added required a',
    'removed ["b; c"]',
    'restricted ["\\""]',
  ]);
  expect(breakEntries('contract break: became chat')).toEqual(['became chat']);
});

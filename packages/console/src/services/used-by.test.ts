import { expect, it } from 'vitest';
import { usedBy } from './used-by.ts';

const by = (version: number | null, ...names: string[]) => names.map((service) => ({ service, version }));

it('names each service that rendered the version once', () => {
  const services = [
    ...by(5, 'checkout', 'mailer', 'checkout', ''),
    ...by(4, 'search'),
    ...by(null, 'search'),
  ];
  expect(usedBy(services, 5)).toBe('2 services rendered version 5 in the last 7 days: checkout, mailer.');
  expect(usedBy(services, 4)).toBe('1 service rendered version 4 in the last 7 days: search.');
});

it('counts those that would make it too long', () => {
  expect(usedBy(by(1, 'a', 'b', 'c', 'd', 'e', 'f', 'g'), 1)).toBe(
    '7 services rendered version 1 in the last 7 days: a, b, c, d, e and 2 more.',
  );
});

it('says nothing when there is none with a name', () => {
  expect(usedBy(by(1, ''), 1)).toBe('');
});

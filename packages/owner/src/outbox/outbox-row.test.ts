import { stateSubject } from '@px0/contracts';
import { expect, it } from 'vitest';
import { Ordinal, ordinalOf } from './outbox-row.ts';

it('an entity that the release before does not know has an ordinal that its relays leave alone', () => {
  expect(ordinalOf('state', stateSubject('narrowKey', 'k'))).toBe(Ordinal.later);
  expect(ordinalOf('state', stateSubject('apiKey', 'k'))).toBe(Ordinal.state);
  expect(ordinalOf('body', 'px0.body.p.1')).toBe(Ordinal.body);
  // What they claim, and what their `complete` waits for, is below that of `complete`.
  expect(Ordinal.later).toBeGreaterThan(Ordinal.complete);
});

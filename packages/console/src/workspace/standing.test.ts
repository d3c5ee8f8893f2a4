import { expect, it } from 'vitest';
import { bitOf, everyStanding } from './standing.ts';

it('each standing has a bit of its own, all of which fit into an exact number', () => {
  expect(everyStanding.map(bitOf)).toEqual(everyStanding.map((_standing, index) => index));
  expect(everyStanding.length).toBeLessThanOrEqual(53);
});

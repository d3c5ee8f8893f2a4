import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelServer, runModel, stepsOf } from '../src/model/mod.ts';

const server =
  (mostDepartures: number) => (world: ConstructorParameters<typeof ModelServer>[0], position: number) =>
    new ModelServer(world, position, mostDepartures);

describe('the rules of a client', () => {
  it('never make it ask for everything anew while servers know enough', () => {
    fc.assert(
      fc.property(stepsOf(fc, { audience: false, restarts: false, link: false }), (steps) => {
        expect(
          runModel(steps, { audience: ['a', 'b'], servers: 2, start: server(1_000), isFaithful: true }),
        ).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('lead it to exactly what it may have, whatever happens, and never back in time', () => {
    fc.assert(
      fc.property(stepsOf(fc, { audience: true, restarts: true, link: true }), (steps) => {
        expect(
          runModel(steps, { audience: ['a', 'b'], servers: 2, start: server(1), isFaithful: false }),
        ).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

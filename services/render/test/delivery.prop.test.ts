import { stepsOf } from '@px0/delivery/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runReal } from './delivery-model.ts';

const RUNS = process.env['PX0_FUZZ'] === 'long' ? 3_000 : 120;

describe('what a process delivers', () => {
  it('never makes a client ask for everything anew, and is true whenever it is closed', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(fc, { audience: false, restarts: false, link: false }), async (steps) => {
        expect(await runReal(steps, true)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('leads a client to exactly what it may have, whatever happens, and never back in time', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(fc, { audience: true, restarts: true, link: true }), async (steps) => {
        expect(await runReal(steps, false)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});

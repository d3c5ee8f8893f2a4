/**
 * Runs before each test file. Property tests try the same values in every run of `npm test`, so that a change is judged by what it does and not by
 * the dice; `npm run test:fuzz` tries new values each time, and many more of them.
 */
import fc from 'fast-check';

const SEED = 20_261_125;
const LONG_RUNS = 5_000;

fc.configureGlobal(process.env['PX0_FUZZ'] === 'long' ? { numRuns: LONG_RUNS } : { seed: SEED });

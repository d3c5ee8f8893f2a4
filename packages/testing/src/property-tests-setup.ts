/**
 * Runs before each test file. Property tests try the same values in every run of `npm test`, so that a red run is caused by the change under test: with
 * random seeds they found real faults, but in runs that tested something else, and a second run passed. `npm run test:fuzz` tries new values each
 * time, 5,000 where a test does not set another number; run it nightly, since only it finds rare faults. fast-check prints the seed of a failure; add the
 * counterexample to the test as a case.
 */
import fc from 'fast-check';

const SEED = 20_261_125;
const LONG_RUNS = 5_000;

fc.configureGlobal(process.env['PX0_FUZZ'] === 'long' ? { numRuns: LONG_RUNS } : { seed: SEED });

/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { type CheckOrder, type CheckOutcome, DIFF_CHARACTERS, runCheck } from './run-check.ts';
export { CheckBudget, type Contracted, type Sample, Trial } from './trial.ts';

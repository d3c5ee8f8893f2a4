/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { answerOf, type DiffOrder } from './diff-answer.ts';
export { unifiedDiff } from './unified.ts';

/** A check with the answers that its assertions waited for. */
import type { AssertionResult } from '@px0/assertions';
import { answeredResult, type PayloadVerdict } from './judge-payload.ts';
import type { CheckOutcome } from './run-check.ts';
import { tookLonger } from './trial.ts';

export interface CompletedCheck {
  /** What the answer says about each payload, as a JSON list in pieces. */
  readonly payloads: readonly Uint8Array[];
  /** Names, or ids, of the payloads that fail: what did not render as it should, or not as their assertions of severity `error` say. */
  readonly failed: readonly string[];
  /** How many assertions of severity `warning` fail. */
  readonly warnings: number;
  readonly results: readonly AssertionResult[];
}

/** @param answers to the questions of the outcome; undefined for what there was no time for */
export function completeCheck(
  { payloads, verdicts, questions }: CheckOutcome,
  answers: readonly (number | undefined)[],
  timeBudgetMs: number,
): CompletedCheck {
  const overdue = tookLonger(timeBudgetMs);
  const resultsOf = ({ results }: PayloadVerdict): AssertionResult[] =>
    results.flatMap((result) => {
      if (typeof result !== 'number') return [result];
      const question = questions.questions[result];
      return question === undefined ? [] : [answeredResult(question.assertion, answers[result], overdue)];
    });
  const judged = verdicts.map((verdict) => ({ ...verdict, results: resultsOf(verdict) }));
  const results = judged.flatMap((verdict) => verdict.results);
  const isBad = ({ ok, severity }: AssertionResult) => !ok && severity === 'error';
  return {
    payloads: payloads.map((piece) =>
      typeof piece === 'number' ? Buffer.from(JSON.stringify(judged[piece]?.results)) : piece,
    ),
    failed: judged
      .filter((verdict) => verdict.isBroken || verdict.results.some(isBad))
      .map(({ label }) => label),
    warnings: results.filter(({ ok, severity }) => !ok && severity === 'warning').length,
    results,
  };
}

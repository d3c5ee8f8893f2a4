/** Assertions about the outputs of prompts. What takes unbounded time is in `./costly`. */
export type { Assertion, AssertionResult, AssertionType } from './assertion.ts';
export { resultOf } from './assertion.ts';
export { mayBeCostly } from './costly-types.ts';
export {
  type AcceptedOutput,
  type CostlyQuestion,
  isCostly,
  type Judged,
  judge,
  judgedOf,
  judgeFailure,
  matchFault,
  type Output,
  tokensFault,
} from './judge.ts';
export {
  AssertionsFault,
  type GivenAssertion,
  type PlacedPattern,
  patternFault,
  patternsIn,
  readAssertions,
} from './read-assertions.ts';
export { countCharacters } from './text-search.ts';

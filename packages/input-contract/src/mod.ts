/** Input contracts: what a version's variables must be, how they are judged, and when a new version breaks what callers send. */

export { breakDetail, type ContractChange, type ContractState, contractChange } from './breaks/breaks.ts';
export { type Dict, isDict, jsonText } from './json.ts';
export { compileJudge, type Judge } from './judge/judge.ts';
export { MOST_CANDIDATES, suggestion } from './judge/suggestion.ts';
export type { ContractProblems, NameProblem, ValueProblem, Violation } from './judge/violation.ts';
export { checkInputSchema } from './schema/check-schema.ts';
export { effectiveSchema, savedSchema } from './schema/effective-schema.ts';
export type { InputSchema, JsonType } from './schema/schema.ts';
export { SchemaFault } from './schema/schema-fault.ts';
export { type Tightening, tightened, tightenings } from './tighten/tighten.ts';

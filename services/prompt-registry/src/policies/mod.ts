export type {
  ExternalChecks,
  ExternalStates,
} from './find-requirements.ts';
export { type BrokenGlass, PolicyGate, type PolicyGateDependencies } from './gate.ts';
export {
  type Approvals,
  type Basis,
  direct,
  type Guarded,
  type GuardedPrompt,
  type GuardedVersion,
  type OpenChange,
  type OpenRequest,
  type Requirement,
  type Transition,
} from './guarded.ts';
export type { Judge, Judgement } from './judgement.ts';
export type { Permit } from './permit.ts';
export type { PolicyRow, PolicyRule } from './policy-row.ts';
export { observeRefusals } from './refusals.ts';

export type { ExternalChecks, ExternalStates } from './find-requirements.ts';
export { type BrokenGlass, type PlanPolicies, PolicyGate, type PolicyGateDependencies } from './gate.ts';
export {
  type Approvals,
  type Basis,
  direct,
  directBasis,
  type Guarded,
  type GuardedPrompt,
  type GuardedVersion,
  type Judgement,
  type OpenChange,
  type OpenRequest,
  type PlannedVersion,
  type Requirement,
  type Transition,
} from './guarded.ts';
export type { Judge } from './judgement.ts';
export { deletionPermit, type Permit } from './permit.ts';
export {
  type JudgingPolicy,
  type PolicyRow,
  type PolicyRule,
  policyColumns,
  policyETag,
  policyOnWire,
} from './policy-row.ts';
export { observeRefusals } from './refusals.ts';
export { directRefusal, type PostedChecks } from './requirements.ts';

export { BrokenBanner, isUnacknowledged } from './broken-banner.tsx';
export { mayOverride, type Policy, protectorsOf, reviewersOf, useTeamPolicies } from './policies.ts';
export { obstaclesReading, requestPages, requestReading, waitingReading } from './readings.ts';
export { RequestList, RequestRow } from './request-list.tsx';
export { RequestText } from './request-text.tsx';
export {
  type ChangeRequest,
  changeText,
  obstacleText,
  type Requirement,
  type Review,
  standingOf,
  whyNotCounted,
} from './request-words.ts';
export { RequirementList } from './requirement-list.tsx';

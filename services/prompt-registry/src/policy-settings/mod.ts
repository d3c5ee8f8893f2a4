export { ChangePolicies } from './change-policies.ts';
export { ExplainPolicies } from './explain-policies.ts';
export { ReadPolicies } from './read-policies.ts';
export { policyRoutes } from './routes.ts';

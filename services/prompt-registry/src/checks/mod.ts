export { CheckTemplate } from './check-template.ts';
export { type CheckResult, CheckVersion } from './check-version.ts';
export { JudgeVersion } from './judge-version.ts';
export { ProgramCheck } from './program-check.ts';
export { PromoteWithPayloads } from './promote-with-payloads.ts';
export { checkRoutes, versionCheckOnWire } from './routes.ts';
export { requireSample } from './sample-store.ts';
export type { Sample } from './trial.ts';

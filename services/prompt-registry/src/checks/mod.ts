export { CheckRunner } from './check-runner.ts';
export { type CheckResult, CheckVersion } from './check-version.ts';
export { JudgeVersion } from './judge-version.ts';
export { PromoteWithPayloads } from './promote-with-payloads.ts';
export { checkOnWire, checkRoutes } from './routes.ts';

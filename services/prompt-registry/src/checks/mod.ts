export { CheckRunner } from './check-runner.ts';
export { CheckVersion } from './check-version.ts';
export { JudgeVersion } from './judge-version.ts';
export { PromoteWithPayloads } from './promote-with-payloads.ts';
export { checkRoutes } from './routes.ts';

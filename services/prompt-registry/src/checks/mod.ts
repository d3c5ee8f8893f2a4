export { CheckTemplate } from './check-template.ts';
export { type CheckResult, CheckVersion, newlyRequired } from './check-version.ts';
export { JudgeVersion } from './judge-version.ts';
export { ProgramCheck } from './program-check.ts';
export { PromoteWithPayloads } from './promote-with-payloads.ts';
export { checkOnWire, checkRoutes, type ShownCheck, versionCheckOnWire } from './routes.ts';
export { listSamples, NO_PAYLOADS, requireSample, type SavedSample } from './sample-store.ts';
export { type BudgetLeft, OUTPUT_CHARACTERS, SAMPLE_BYTES, type Sample } from './trial.ts';

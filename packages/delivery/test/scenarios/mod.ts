/** What other clients play the scenarios and the bundles with: `@px0/delivery/scenarios`. */
export type { BundleCase } from '../bundles/cases.ts';
export { PlayedClock, PlayedNetwork, type PlayedRequest, settle } from './played.ts';
export type { ExpectedRequest, Piece, Scenario, ScenarioAnswer, ScenarioStep } from './scenario.ts';
export type { TelemetryCase } from './telemetry.ts';
export type { ExpectedReport, ServiceCase, Texts, UsageCase, UsageStep } from './usage/case.ts';

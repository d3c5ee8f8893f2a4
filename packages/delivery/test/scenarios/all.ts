/** Every scenario and every other case, by the file that holds it. */
import { byteScenarios } from './bytes.ts';
import { changeScenarios } from './changes.ts';
import { connectingScenarios } from './connecting.ts';
import { contractScenarios } from './contracts.ts';
import { eventScenarios } from './events.ts';
import { fileScenarios } from './files.ts';
import { frameScenarios } from './frames.ts';
import { pollingScenarios } from './polling.ts';
import { renderScenarios } from './renders.ts';
import type { Scenario } from './scenario.ts';
import { selections } from './selections.ts';
import { telemetryCases } from './telemetry.ts';
import { usageCases } from './usage/cases.ts';
import { serviceCases } from './usage/services.ts';

export const scenarioFiles: Readonly<Record<string, readonly Scenario[]>> = {
  frames: frameScenarios,
  events: eventScenarios,
  connecting: connectingScenarios,
  renders: renderScenarios,
  bytes: byteScenarios,
  polling: pollingScenarios,
  files: fileScenarios,
  changes: changeScenarios,
  contracts: contractScenarios,
};

/** What is no scenario. */
export const otherFiles: Readonly<Record<string, readonly object[]>> = {
  selection: selections(),
  usage: usageCases,
  services: serviceCases,
  telemetry: telemetryCases,
};

/** One a line, so that a change shows which one it is. */
export function fileText(all: readonly object[]): string {
  return `[\n${all.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;
}

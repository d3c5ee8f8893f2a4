/** Every scenario, by the file that holds it. */
import { frameScenarios } from './frames.ts';
import type { Scenario } from './scenario.ts';

export const scenarioFiles: Readonly<Record<string, readonly Scenario[]>> = {
  frames: frameScenarios,
};

/** One scenario a line, so that a change shows which one it is. */
export function fileText(scenarios: readonly Scenario[]): string {
  return `[\n${scenarios.map((scenario) => JSON.stringify(scenario)).join(',\n')}\n]\n`;
}

/** Redocly's recommended rules over the API description, offline. */
import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What Redocly finds, one sentence each. */
export async function lintOpenApi(document: object): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended'],
    telemetry: 'off',
  });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems
    .filter(({ ignored }) => ignored !== true)
    .map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`);
}

/**
 * `npm run openapi:check`: builds the API description, validates it against the JSON Schema of OpenAPI 3.1, lints it
 * by Redocly's recommended rules and compares it with operations.md. Prints one line, or every difference.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { lintOpenApi } from './lint-openapi.ts';
import { buildOpenApi } from './openapi/build-openapi.ts';
import { compareWithTable } from './openapi/compare-with-table.ts';

/** What is wrong with the derived description, one sentence each. */
export async function checkOpenApi(): Promise<string[]> {
  const document = buildOpenApi();
  const table = readFileSync(join(import.meta.dirname, '..', 'operations.md'), 'utf8');
  // The validator resolves references in place, so it gets a copy.
  const result = await new Validator({ strict: false }).validate(JSON.parse(JSON.stringify(document)));
  const invalid = result.valid ? [] : [`not valid as OpenAPI 3.1: ${JSON.stringify(result.errors, null, 2)}`];
  return [...invalid, ...compareWithTable(document, table), ...(await lintOpenApi(document))];
}

if (import.meta.main) {
  const problems = await checkOpenApi();
  const { paths, components } = buildOpenApi();
  const operations = Object.values(paths).flatMap((item) => Object.keys(item)).length;
  const summary = `OpenAPI 3.1: ${operations} operations and ${Object.keys(components.schemas).length} schemas, valid and as listed`;
  process.stdout.write(`${problems.length === 0 ? summary : problems.join('\n')}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

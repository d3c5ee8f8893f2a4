/**
 * Compares the derived description with the table of operations.md: operation ids, tags, methods and paths, bodies,
 * successes and schema names.
 */
import type { OpenApiDocument, OpenApiOperation } from './build-openapi.ts';
import type { JsonSchema } from './json-schemas.ts';
import { shapeOf } from './shape.ts';

const json = 'application/json';

/**
 * What differs, one sentence each; empty when every listed operation and schema is there, as listed. Operations and
 * optional fields that are not listed are additions, which clients do not notice.
 */
export function compareWithTable(document: OpenApiDocument, table: string): string[] {
  const rows = listedOperations(table);
  if (rows.length === 0) return ['the table lists no operations'];
  const differences = rows.flatMap(({ id, text }) => {
    const found = describe(document, id, text);
    return found === text ? [] : [`${id} is\n    ${found ?? 'missing'}\n  and not\n    ${text}`];
  });
  const missing = listedSchemas(table).filter((name) => !Object.hasOwn(document.components.schemas, name));
  return [...differences, ...missing.map((name) => `the schema ${name} is missing`)];
}

interface Row {
  readonly id: string;
  readonly text: string;
}

function listedOperations(table: string): Row[] {
  return table.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const id = /^`(\w+)`$/.exec(cells[2] ?? '')?.[1];
    return id === undefined ? [] : [{ id, text: cells.slice(1, -1).join(' | ') }];
  });
}

function listedSchemas(table: string): string[] {
  const line = table.split('\n').find((text) => text.startsWith('Schema names:')) ?? '';
  return [...line.matchAll(/`(\w+)`/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** The row of an operation as the document has it, without optional fields that `listed` does not mention. */
function describe(document: OpenApiDocument, id: string, listed: string): string | undefined {
  const shape = (schema: JsonSchema) => shapeOf(schema, (field) => listed.includes(`${field}?:`));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.operationId !== id) continue;
      const route = `\`${method.toUpperCase()} ${path}\``;
      const cells = [operation.tags.join(', '), `\`${id}\``, route];
      // A body that may be left out is an addition, like an optional field.
      const hasListedBody = operation.requestBody?.required !== false || !listed.includes('| – |');
      const body = hasListedBody ? bodyOf(operation, shape) : '–';
      return [...cells, body, successOf(operation, shape)].join(' | ');
    }
  }
  return undefined;
}

type Shape = (schema: JsonSchema) => string;

function bodyOf(operation: OpenApiOperation, shape: Shape): string {
  const schema = operation.requestBody?.content[json]?.schema;
  return schema === undefined ? '–' : `\`${shape(schema)}\``;
}

function successOf(operation: OpenApiOperation, shape: Shape): string {
  const [status, response] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
  const schema = response?.content?.[json]?.schema;
  return schema === undefined ? `${status} (empty)` : `${status} \`${shape(schema)}\``;
}

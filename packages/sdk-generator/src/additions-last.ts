/**
 * The methods of the generated TypeScript client take their parameters by position, the options of the request last. What was added to
 * an operation goes behind these, so that calls written before mean the same.
 */
import { isAdded, type RouteDefinition, routes, schemas } from '@px0/contracts';

const SIGNATURE = /^( {4}async (\w+)\()([^\n]*)(\): Promise<)/gm;

/** For the file of an API. */
export function additionsLast(text: string): string {
  return text.replace(SIGNATURE, (whole, head: string, operation: string, list: string, tail: string) => {
    const added = addedParameters(operation);
    const parameters = list.split(', ');
    // The generator puts a line in front of a name that the language reserves.
    const isNew = (parameter: string) =>
      added.has(parameter.slice(0, parameter.search(/[?:]/)).replace(/^_/, ''));
    if (!parameters.some(isNew)) return whole;
    const [before, behind] = [parameters.filter((one) => !isNew(one)), parameters.filter(isNew)];
    return `${head}${[...before, ...behind].join(', ')}${tail}`;
  });
}

const table: Readonly<Record<string, RouteDefinition>> = routes;

function addedParameters(operationId: string): ReadonlySet<string> {
  const route = Object.hasOwn(table, operationId) ? table[operationId] : undefined;
  if (route === undefined) return new Set();
  const queries = Object.entries(route.query.shape).flatMap(([name, field]) =>
    isAdded(field) ? [name] : [],
  );
  return new Set(isAdded(route.body) ? [...queries, bodyParameter(route)] : queries);
}

/** The generator calls a body as its schema is called. */
function bodyParameter({ operationId, body }: RouteDefinition): string {
  const name = Object.entries(schemas).find(([, schema]) => schema === body)?.[0];
  if (name === undefined) throw new Error(`the body of ${operationId} has no named schema`);
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
}

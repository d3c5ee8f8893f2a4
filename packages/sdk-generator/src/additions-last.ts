/**
 * The methods of the generated TypeScript client take their parameters by position, the options of the request last. What was added to
 * an operation goes behind these, so that calls written before mean the same: a body first, since an operation has one, and may get more queries.
 */
import { isAdded, type RouteDefinition, routes, schemas } from '@px0/contracts';

const SIGNATURE = /^( {4}async (\w+)\()([^\n]*)(\): Promise<)/gm;

/** For the file of an API. */
export function additionsLast(text: string): string {
  return text.replace(SIGNATURE, (whole, head: string, operation: string, list: string, tail: string) => {
    const added = addedParameters(operation);
    const parameters = list.split(', ');
    // The generator puts a line in front of a name that the language reserves.
    const nameOf = (parameter: string) => parameter.slice(0, parameter.search(/[?:]/)).replace(/^_/, '');
    const before = parameters.filter((one) => !added.includes(nameOf(one)));
    if (before.length === parameters.length) return whole;
    const behind = added.flatMap((name) => parameters.filter((one) => nameOf(one) === name));
    return `${head}${[...before, ...behind].join(', ')}${tail}`;
  });
}

const table: Readonly<Record<string, RouteDefinition>> = routes;

/** The header, which came behind the others, to operations that were there. */
const BREAK_GLASS = 'px0BreakGlass';

function addedParameters(operationId: string): readonly string[] {
  const route = Object.hasOwn(table, operationId) ? table[operationId] : undefined;
  if (route === undefined) return [];
  const queries = Object.entries(route.query.shape).flatMap(([name, field]) =>
    isAdded(field) ? [camelCase(name)] : [],
  );
  const body = isAdded(route.body) ? [bodyParameter(route)] : [];
  return [...body, ...queries, BREAK_GLASS];
}

/** As the generator calls a query such as `team_id`. */
function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The generator calls a body as its schema is called. */
function bodyParameter({ operationId, body }: RouteDefinition): string {
  const name = Object.entries(schemas).find(([, schema]) => schema === body)?.[0];
  if (name === undefined) throw new Error(`the body of ${operationId} has no named schema`);
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
}

/**
 * A small API description: the operations of one tag and what they refer to. The explorer shows one tag at a time, because Swagger UI needs
 * seconds to draw the whole description, half of which is the headers that every answer may have.
 */
import { buildOpenApi, type OpenApiDocument } from '@px0/contracts';

type Operations = OpenApiDocument['paths'][string];

/** As JSON. Undefined when no operation has the tag. */
export function descriptionOfTag(tag: string): string | undefined {
  const whole = buildOpenApi();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, operations] of Object.entries(whole.paths)) {
    const wanted = Object.entries(operations).filter(([, operation]) => operation.tags.includes(tag));
    if (wanted.length === 0) continue;
    paths[path] = Object.fromEntries(wanted.map(([method, one]) => [method, withoutHeaders(one)]));
  }
  if (Object.keys(paths).length === 0) return undefined;
  const { tags, components } = whole;
  return JSON.stringify({
    ...whole,
    tags: Array.isArray(tags) ? tags.filter(({ name }) => name === tag) : [],
    paths,
    components: { ...neededOf(components, paths), securitySchemes: components['securitySchemes'] },
  });
}

function withoutHeaders(operation: Operations[string]): object {
  const responses = Object.entries(operation.responses).map(([status, { headers: _, ...rest }]) => [
    status,
    rest,
  ]);
  return { ...operation, responses: Object.fromEntries(responses) };
}

/** The components that `root` refers to, directly or through others. */
function neededOf(components: OpenApiDocument['components'], root: unknown): Record<string, object> {
  const needed: Record<string, Record<string, unknown>> = {};
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const [, kind = '', name = ''] of JSON.stringify(value).matchAll(
      /"\$ref":"#\/components\/(\w+)\/([^"/]+)"/g,
    )) {
      const found: unknown = Object(components[kind])[name];
      const group = needed[kind] ?? {};
      needed[kind] = group;
      if (found === undefined || name in group) continue;
      group[name] = found;
      open.push(found);
    }
  }
  return needed;
}

/**
 * The API description as the generator gets it. It differs from `/openapi.json` only where the generated clients would
 * otherwise reject valid answers or read badly.
 */
import { buildOpenApi } from '@px0/contracts';

/** Where `npm start` listens, for a client that is told no host. */
const DEFAULT_SERVER = 'http://localhost:8000';

export interface ClientDescriptionOptions {
  /**
   * Whether the fixed values of a field become part of its text. For generators whose clients refuse every other value: an
   * answer of a newer px0 that has one more status must not break an older client.
   */
  readonly openEnums: boolean;
}

interface JsonObject {
  readonly [key: string]: unknown;
}

/** The description for one generator, as a JSON value. */
export function clientDescription({ openEnums }: ClientDescriptionOptions): JsonObject {
  const document: JsonObject = structuredClone({ ...buildOpenApi() });
  const components = isObject(document['components']) ? document['components'] : {};
  const rewrite = (value: unknown) => rewritten(value, openEnums);
  return {
    ...document,
    servers: [{ url: DEFAULT_SERVER }],
    paths: rewrite(document['paths']),
    components: { ...components, schemas: rewrite(components['schemas']) },
  };
}

function rewritten(value: unknown, openEnums: boolean): unknown {
  if (Array.isArray(value)) return value.map((entry) => rewritten(entry, openEnums));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !isNoise(key, value));
  const result = Object.fromEntries(
    kept.map(([key, entry]) => [
      key,
      key === 'additionalProperties' ? openMap(entry, openEnums) : rewritten(entry, openEnums),
    ]),
  );
  return openEnums ? withOpenEnum(result) : result;
}

/** A pattern beside `format: uuid` says it twice, a bound of all safe integers nothing; names of JSON keys are always strings. */
function isNoise(key: string, schema: JsonObject): boolean {
  if (key === 'pattern') return schema['format'] === 'uuid';
  if (key === 'minimum' || key === 'maximum')
    return Math.abs(Number(schema[key])) === Number.MAX_SAFE_INTEGER;
  return key === 'propertyNames' && isObject(schema[key]);
}

/** A map of anything, and a map of several kinds of scalars, which generators turn into classes that cannot hold a null. */
function openMap(values: unknown, openEnums: boolean): unknown {
  if (!isObject(values)) return values;
  return Object.keys(values).length === 0 || Array.isArray(values['type'])
    ? true
    : rewritten(values, openEnums);
}

function withOpenEnum(schema: JsonObject): JsonObject {
  const { enum: several, const: single, ...rest } = schema;
  const values = Array.isArray(several) ? several : [single];
  // A field may have the name of a keyword; its schema is no list and no text.
  if (!Array.isArray(several) && typeof single !== 'string') return schema;
  const listed = values.filter((value) => value !== null).map((value) => `\`${value}\``);
  const sentence = `One of ${listed.join(', ')}; newer servers may have more.`;
  const description = rest['description'];
  return { ...rest, description: typeof description === 'string' ? `${description} ${sentence}` : sentence };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

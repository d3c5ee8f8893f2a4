/**
 * The API description as the generator gets it. It differs from `/openapi.json` only where the generated clients would
 * otherwise reject valid answers or read badly.
 */
import { buildOpenApi, isAdded, schemas } from '@px0/contracts';

/** Where `npm start` listens, for a client that is told no host. */
const DEFAULT_SERVER = 'http://localhost:8000';

export interface ClientDescriptionOptions {
  /**
   * Whether the fixed values of a field become part of its text. For generators whose clients refuse every other value: an
   * answer of a newer px0 that has one more status must not break an older client.
   */
  readonly openEnums: boolean;
  /**
   * Fields that requests need not have any more and that stay required in this language, where programs name them otherwise: by the
   * name of the schema.
   */
  readonly stillRequired?: Readonly<Record<string, readonly string[]>>;
}

interface JsonObject {
  readonly [key: string]: unknown;
}

/** Schemas that only operations left out mention. */
const FRAME_SCHEMAS: ReadonlySet<string> = new Set([
  'AuditLine',
  'DeliveredPrompt',
  'DeliveredVersion',
  'DeliveryFrame',
]);

/** The description for one generator, as a JSON value. Operations that answer with frames are none that a generated client could call. */
export function clientDescription({ openEnums, stillRequired = {} }: ClientDescriptionOptions): JsonObject {
  const document: JsonObject = structuredClone({ ...buildOpenApi() });
  const components = isObject(document['components']) ? document['components'] : {};
  const rewrite = (value: unknown) => rewritten(value, openEnums);
  return {
    ...document,
    servers: [{ url: DEFAULT_SERVER }],
    paths: rewrite(withoutFrames(document['paths'])),
    components: {
      ...components,
      schemas: rewrite(withRequired(withoutFrameSchemas(components['schemas']), stillRequired)),
    },
  };
}

function withoutFrames(paths: unknown): JsonObject {
  const kept = Object.entries(isObject(paths) ? paths : {}).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(isObject(methods) ? methods : {}).flatMap(([method, operation]) =>
        isObject(operation) && operation['x-px0-frames'] === true
          ? []
          : [[method, withoutService(operation)]],
      ),
    ),
  ]);
  return Object.fromEntries(kept.filter(([, methods]) => Object.keys(Object(methods)).length > 0));
}

/** The name of the application is a setting of the client, which sends it with every render, and no parameter of each call. */
function withoutService(operation: unknown): unknown {
  if (!isObject(operation) || !Array.isArray(operation['parameters'])) return operation;
  const parameters = operation['parameters'].filter(
    (one) => !isObject(one) || one['$ref'] !== '#/components/parameters/Service',
  );
  return { ...operation, parameters };
}

function withoutFrameSchemas(schemas: unknown): JsonObject {
  return Object.fromEntries(
    Object.entries(isObject(schemas) ? schemas : {}).filter(([name]) => !FRAME_SCHEMAS.has(name)),
  );
}

/** What was added may be absent, as in the answers of the release before; what was required in requests may stay so. */
function withRequired(
  components: unknown,
  stillRequired: Readonly<Record<string, readonly string[]>>,
): unknown {
  if (!isObject(components)) return components;
  return Object.fromEntries(
    Object.entries(components).map(([name, schema]) => {
      const added = addedFields[name] ?? [];
      const kept = stillRequired[name] ?? [];
      if (!isObject(schema) || (added.length === 0 && kept.length === 0)) return [name, schema];
      const listed = Array.isArray(schema['required']) ? schema['required'] : [];
      const required = [...listed.filter((field) => !added.includes(field)), ...kept];
      const properties = isObject(schema['properties']) ? schema['properties'] : {};
      const plain = Object.fromEntries(kept.map((field) => [field, withoutNull(properties[field])]));
      return [name, { ...schema, properties: { ...properties, ...plain }, required }];
    }),
  );
}

const addedFields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(schemas).map(([name, { shape }]) => [
    name,
    Object.entries(shape).flatMap(([field, schema]) => (isAdded(schema) ? [field] : [])),
  ]),
);

function withoutNull(schema: unknown): unknown {
  return isObject(schema) && Array.isArray(schema['type'])
    ? { ...schema, type: schema['type'].find((type) => type !== 'null') }
    : schema;
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

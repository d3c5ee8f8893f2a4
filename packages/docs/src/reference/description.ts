/** The API description as the reference needs it: parsed, with references resolved, one entry for each operation. */
import { type AuthClass, buildOpenApi, type OperationId, routes } from '@px0/contracts';
import { z } from 'zod';

const schemaShape = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), schemaShape).optional();
  },
  get items() {
    return schemaShape.optional();
  },
  get anyOf() {
    return z.array(schemaShape).optional();
  },
  get allOf() {
    return z.array(schemaShape).optional();
  },
});

export type Schema = z.infer<typeof schemaShape>;

const parameterShape = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  description: z.string().default(''),
  schema: schemaShape,
});

export type Parameter = z.infer<typeof parameterShape>;

const media = z.object({
  schema: schemaShape,
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
});

/** Frames have a media type of their own; a reader sees the schema of one. */
const content = z.record(z.string(), media).transform((byType, context) => {
  const [[type, found] = []] = Object.entries(byType);
  if (type !== undefined && found !== undefined) return { type, ...found };
  context.addIssue({ code: 'custom', message: 'content without a media type', input: byType });
  return z.NEVER;
});

const operationShape = z.object({
  operationId: z.string().refine((id): id is OperationId => id in routes),
  tags: z.tuple([z.string()]),
  summary: z.string(),
  description: z.string(),
  parameters: z.array(z.unknown()),
  'x-px0-frames': z.literal(true).optional(),
  requestBody: z.object({ content }).optional(),
  responses: z.record(
    z.string(),
    z.object({ headers: z.record(z.string(), z.unknown()).optional(), content: content.optional() }),
  ),
});

type OperationShape = z.infer<typeof operationShape>;

export interface Operation extends Omit<OperationShape, 'parameters'> {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly auth: AuthClass;
  readonly parameters: readonly Parameter[];
}

const componentsShape = z.object({
  schemas: z.record(z.string(), schemaShape),
  parameters: z.record(z.string(), parameterShape),
});

const reference = z.object({ $ref: z.string() });

const document = buildOpenApi();
const components = componentsShape.parse(document.components);

/** Every operation of the API, in the order of the description. */
export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => {
    const operation = operationShape.parse(raw);
    return {
      ...operation,
      method: method.toUpperCase(),
      path,
      tag: operation.tags[0],
      auth: routes[operation.operationId].auth,
      parameters: operation.parameters.map(parameterOf),
    };
  }),
);

function parameterOf(raw: unknown): Parameter {
  const { data } = reference.safeParse(raw);
  if (data === undefined) return parameterShape.parse(raw);
  return parameterShape.parse(components.parameters[nameOf(data.$ref)]);
}

/** The schema itself, or the one that it refers to; parts that must all hold become one. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const { $ref, ...own } = schema;
    return { ...resolve(components.schemas[nameOf($ref)] ?? {}), ...own };
  }
  if (schema.allOf !== undefined) {
    const { allOf, ...own } = schema;
    return Object.assign({}, ...allOf.map(resolve), own);
  }
  return schema;
}

/** The component that a schema is, by name. */
export function componentName(schema: Schema): string | undefined {
  return schema.$ref === undefined ? undefined : nameOf(schema.$ref);
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

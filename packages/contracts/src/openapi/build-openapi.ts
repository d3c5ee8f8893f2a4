/** The OpenAPI 3.1 description, derived from the routes, so that nothing about an operation is stated twice. */
import { type ErrorCode, errorCatalog, exampleMessage } from '../errors.ts';
import { type QueryValues, valuesOf } from '../read-query.ts';
import type { ConditionHeader, ParamDefinition, RouteDefinition } from '../route.ts';
import { routes } from '../routes/mod.ts';
import { isAdded } from '../values.ts';
import {
  bodyErrors,
  commonErrors,
  headers,
  parameters,
  pathErrors,
  securityOf,
  securitySchemes,
  statusDescriptions,
  tagDescriptions,
} from './common.ts';
import { bodyExamples } from './examples.ts';
import { convertSchemas, type JsonSchema, type JsonSchemas } from './json-schemas.ts';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: OpenApiOperation } };
  readonly components: {
    readonly schemas: { readonly [name: string]: JsonSchema };
    readonly [kind: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface OpenApiContent {
  readonly [mediaType: string]: { readonly schema: JsonSchema; readonly examples?: object };
}

export interface OpenApiRequestBody {
  readonly required: boolean;
  readonly content: OpenApiContent;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly requestBody?: OpenApiRequestBody;
  readonly responses: { readonly [status: string]: OpenApiResponse };
  readonly [field: string]: unknown;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: { readonly [name: string]: object };
  readonly content?: OpenApiContent;
  readonly [field: string]: unknown;
}

const json = 'application/json';

let built: OpenApiDocument | undefined;

/** The API description as a JSON value. It is built once; do not modify it. */
export function buildOpenApi(): OpenApiDocument {
  built ??= build(Object.values(routes));
  return built;
}

function build(table: readonly RouteDefinition[]): OpenApiDocument {
  const schemas = convertSchemas(table);
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of table) {
    const item = paths[route.path] ?? {};
    item[route.method.toLowerCase()] = operation(route, schemas);
    paths[route.path] = item;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'px0 API',
      version: '1.0.0',
      description:
        'Prompts as infrastructure: write versions of a prompt, promote one to live, render it by slug. Every GET operation also supports HEAD. Clients must ignore response keys that they do not know.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tagDescriptions).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, parameters, headers, schemas: schemas.components },
  };
}

function operation(route: RouteDefinition, schemas: JsonSchemas): OpenApiOperation {
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: securityOf[route.auth],
    parameters: [
      ...Object.entries(route.params).map(([name, param]) => pathParameter(name, param)),
      ...queryParameters(route, (field) => !isAdded(field)),
      ...headerParameters(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...queryParameters(route, isAdded),
      ...(route.errors.includes('reasonRequired') ? [{ $ref: '#/components/parameters/BreakGlass' }] : []),
      ...(route.tag === 'Prompt Renders' ? [{ $ref: '#/components/parameters/Service' }] : []),
    ],
    ...(route.success.media === undefined ? {} : { 'x-px0-frames': true }),
    ...(route.body === null ? {} : { requestBody: requestBody(route, schemas.of(route.body)) }),
    responses: {
      [route.success.status]: success(route, schemas),
      ...(route.conditions.includes('If-None-Match') ? { 304: notModified(route) } : {}),
      ...errors(route),
    },
  };
}

const conditionParameters = {
  'If-None-Match': 'IfNoneMatch',
  'Last-Event-ID': 'LastEventId',
} as const satisfies { readonly [Name in ConditionHeader]: keyof typeof parameters };

/** Writes that can fail with 412 accept the header that requests the check. */
function headerParameters(route: RouteDefinition): (keyof typeof parameters)[] {
  return [
    'MinRevision',
    'Consistency',
    ...route.conditions.map((name) => conditionParameters[name]),
    ...(route.errors.includes('preconditionFailed') ? (['IfMatch'] as const) : []),
  ];
}

function requestBody(route: RouteDefinition, schema: JsonSchema): OpenApiRequestBody {
  const value = bodyExamples[route.operationId];
  const examples = value === undefined ? {} : { examples: { typical: { value } } };
  return { required: route.bodyPresence === 'required', content: { [json]: { schema, ...examples } } };
}

function pathParameter(name: string, param: ParamDefinition): object {
  const schema =
    param.kind === 'uuid' ? { type: 'string', format: 'uuid' } : { type: 'string', minLength: 1 };
  return { name, in: 'path', required: true, description: param.description, schema };
}

function queryParameters(route: RouteDefinition, wanted: (field: unknown) => boolean): object[] {
  const fields = Object.entries(route.query.shape).filter(([, field]) => wanted(field));
  return fields.map(([name, field]) => {
    const { description, ...keywords } =
      'meta' in field && typeof field.meta === 'function' ? (field.meta() ?? {}) : {};
    const schema = { ...querySchema(valuesOf(field)), ...keywords };
    return { name, in: 'query', required: false, description, schema };
  });
}

function querySchema(values: QueryValues): object {
  if (values.kind === 'flag') return { type: 'boolean' };
  return values.kind === 'choice' ? { type: 'string', enum: values.words } : { type: 'string' };
}

/** Headers that every response can have. */
const commonHeaders = [
  'Px0-Revision',
  'Px0-Pending',
  'Px0-Stale',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
  'X-Request-Id',
] as const;

function headerRefs(names: readonly (keyof typeof headers)[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function success(route: RouteDefinition, schemas: JsonSchemas): OpenApiResponse {
  const { status, schema, media = json } = route.success;
  const description = status === 201 ? 'Created.' : status === 204 ? 'Success, with an empty body.' : 'OK.';
  return {
    description,
    headers: headerRefs([...commonHeaders, ...route.successHeaders]),
    ...(schema === null ? {} : { content: { [media]: { schema: schemas.of(schema) } } }),
  };
}

function notModified(route: RouteDefinition): OpenApiResponse {
  return {
    description: statusDescriptions[304] ?? '',
    headers: headerRefs([...commonHeaders, ...route.successHeaders]),
  };
}

/** Errors that a hint may stand beside. */
const hinted: ReadonlySet<ErrorCode> = new Set([
  'invalidRequestBody',
  'unauthorized',
  'forbidden',
  'promptNotFound',
  'versionNotFound',
  'noLiveVersion',
  'invalidVariables',
  'templateExecutionFailed',
]);

/** The errors of a route, grouped by status. Each message is an example, named after its error code. */
function errors(route: RouteDefinition): Record<string, OpenApiResponse> {
  const codes = new Set<ErrorCode>([
    ...route.errors,
    ...(Object.keys(route.params).length === 0 ? [] : pathErrors),
    ...(route.body === null ? [] : bodyErrors),
    ...commonErrors,
  ]);
  const responses: Record<string, OpenApiResponse> = {};
  for (const [status, group] of Map.groupBy(codes, (code) => errorCatalog[code].status)) {
    const isTemporary = status === 429 || status === 503;
    const own = [
      ...(isTemporary ? (['Retry-After'] as const) : []),
      ...(group.includes('invalidVariables') ? (['Px0-Contract'] as const) : []),
      ...(group.some((code) => hinted.has(code)) ? (['Px0-Hint'] as const) : []),
    ];
    responses[status] = {
      description: statusDescriptions[status] ?? 'An error.',
      headers: headerRefs([...commonHeaders, ...own]),
      content: {
        [json]: {
          schema: { $ref: '#/components/schemas/APIError' },
          examples: Object.fromEntries(
            group.map((code) => [code, { value: { error: exampleMessage(code) } }]),
          ),
        },
      },
    };
  }
  return responses;
}

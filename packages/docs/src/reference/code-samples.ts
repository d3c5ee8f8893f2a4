/**
 * One call of an operation in curl and in the generated clients. Names follow the generators' rules, so that they come from the
 * description and from nowhere else; a test looks each of them up in the clients' sources.
 */
import { componentName, type Operation, operations, type Schema } from './description.ts';

export interface CodeSample {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

const HOST = 'http://localhost:8000';

export function codeSamplesOf(operation: Operation): CodeSample[] {
  const example = bodyExample(operation);
  const shell = { title: 'curl', language: 'sh', code: curl(operation, example) };
  // What is answered with frames is read by the SDKs' own clients; the generated ones leave it out.
  if (operation['x-px0-frames'] === true) return [shell];
  return [
    shell,
    { title: 'TypeScript', language: 'ts', code: typescript(operation, example) },
    { title: 'Python', language: 'py', code: python(operation, example) },
    { title: 'Go', language: 'go', code: go(operation, example) },
  ];
}

export function bodyExample(operation: Operation): unknown {
  const examples = operation.requestBody?.content.examples;
  return Object.values(examples ?? {})[0]?.value;
}

/** Query parameters that the operation cannot do without: the description says so in words. */
function neededQuery(operation: Operation): string[] {
  return operation.parameters
    .filter((parameter) => parameter.in === 'query' && /\brequired\b/i.test(parameter.description))
    .map((parameter) => parameter.name);
}

function pathParameters(operation: Operation): string[] {
  return operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
}

function curl(operation: Operation, example: unknown): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${upperSnake(name)}`);
  const query = neededQuery(operation).map((name) => `${name}=$${upperSnake(name)}`);
  const target = `${HOST}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const lines = [
    operation.method === 'GET' ? `curl "${target}"` : `curl -X ${operation.method} "${target}"`,
    ...(operation.auth !== 'none' ? ['-H "Authorization: Bearer $PX0_ACCESS_TOKEN"'] : []),
    ...(operation.requestBody === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example ?? {})}'`]),
  ];
  return lines.join(' \\\n  ');
}

/** The name of the body's type. Bodies without a name of their own are called after the first operation that has such a body. */
function bodyType(operation: Operation): string | undefined {
  const schema = bodySchema(operation);
  if (schema === undefined) return undefined;
  const text = JSON.stringify(schema);
  const first = operations.find((other) => JSON.stringify(bodySchema(other)) === text) ?? operation;
  return componentName(schema) ?? `${upperFirst(first.operationId)}Request`;
}

function bodySchema(operation: Operation): Schema | undefined {
  return operation.requestBody?.content.schema;
}

function classNames(operation: Operation): { typescript: string; python: string; go: string } {
  const name = operation.tag.replaceAll(' ', '');
  return { typescript: `${name}Api`, python: `${name}Api`, go: `${name}API` };
}

function typescript(operation: Operation, example: unknown): string {
  const api = classNames(operation).typescript;
  const body = example === undefined ? [] : [literal(camelKeys(example))];
  const args = [...pathParameters(operation), ...neededQuery(operation).map(camel), ...body].join(', ');
  return `import { ${api}, apiConfiguration } from '@px0/sdk/api';

// The address and the key come from PX0_HOST and PX0_ACCESS_TOKEN.
const api = new ${api}(apiConfiguration());
${hasAnswer(operation) ? 'const answer = ' : ''}await api.${operation.operationId}(${args});`;
}

/** Values whose keys are the caller's own, not the API's. */
const FREE_FORM = new Set(['variables', 'document']);

function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camel(key), FREE_FORM.has(key) ? inner : camelKeys(inner)]),
  );
}

/** A JSON value as TypeScript writes it: keys without quotes, texts in single ones. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${literal(inner)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}

function python(operation: Operation, example: unknown): string {
  const type = bodyType(operation);
  const args = [...pathParameters(operation), ...neededQuery(operation)].map(
    (name) => `${pythonName(name)}=${snake(name)}`,
  );
  if (type !== undefined) {
    const fields = Object.entries(Object(example ?? {})).map(
      ([key, value]) => `${key}=${pythonLiteral(value)}`,
    );
    args.push(`${snake(type)}=px0.${type}(${fields.join(', ')})`);
  }
  const call = `px0.${classNames(operation).python}(api_client).${snake(operation.operationId)}`;
  const list = args.length > 1 ? `\n        ${args.join(',\n        ')},\n    ` : args.join('');
  return `import os

import px0

configuration = px0.Configuration(host="${HOST}", access_token=os.environ["PX0_ACCESS_TOKEN"])
with px0.ApiClient(configuration) as api_client:
    ${hasAnswer(operation) ? 'answer = ' : ''}${call}(${list})`;
}

/** `from` is a word of the language. */
function pythonName(name: string): string {
  return name === 'from' ? 'var_from' : snake(name);
}

function pythonLiteral(value: unknown): string {
  return JSON.stringify(value).replaceAll(/":/g, '": ').replaceAll(/,"/g, ', "');
}

function go(operation: Operation, example: unknown): string {
  const type = bodyType(operation);
  const args = ['ctx', ...pathParameters(operation)].join(', ');
  const query = neededQuery(operation).map((name) => `.${upperFirst(camel(name))}(${camel(name)})`);
  const call = `apiClient.${classNames(operation).go}.${upperFirst(operation.operationId)}(${args})`;
  const body = type === undefined ? '' : `.${type}(body)`;
  const results = hasAnswer(operation) ? 'answer, response, err' : 'response, err';
  const lines = [
    'configuration := api.NewConfiguration()',
    `configuration.Servers = api.ServerConfigurations{{URL: "${HOST}"}}`,
    'apiClient := api.NewAPIClient(configuration)',
    'ctx := context.WithValue(context.Background(), api.ContextAccessToken, os.Getenv("PX0_ACCESS_TOKEN"))',
    '',
    ...(type === undefined
      ? []
      : [
          `body := api.${type}{}`,
          `if err := json.Unmarshal([]byte(\`${JSON.stringify(example ?? {})}\`), &body); err != nil {`,
          '\treturn err',
          '}',
        ]),
    `${results} := ${call}${query.join('')}${body}.Execute()`,
  ];
  return lines.join('\n');
}

function hasAnswer(operation: Operation): boolean {
  return operation.responses['204'] === undefined;
}

function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `org_id` to `orgId`. */
function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `listAPIKeys` to `list_api_keys`, `orgID` to `org_id`. */
function snake(name: string): string {
  return name
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function upperSnake(name: string): string {
  return snake(name).toUpperCase();
}

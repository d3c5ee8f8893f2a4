/**
 * One call of an operation in curl and in the generated clients. Names follow the generators' rules, so that they come from the
 * description and from nowhere else; a test looks each of them up in the clients' sources.
 */
import { componentName, type Operation, type Schema } from './description.ts';

export interface CodeSample {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

const HOST = 'http://localhost:8000';

export function codeSamplesOf(operation: Operation): CodeSample[] {
  const example = bodyExample(operation);
  return [
    { title: 'curl', language: 'sh', code: curl(operation, example) },
    { title: 'TypeScript', language: 'ts', code: typescript(operation, example) },
    { title: 'Python', language: 'py', code: python(operation, example) },
    { title: 'Go', language: 'go', code: go(operation, example) },
  ];
}

export function bodyExample(operation: Operation): unknown {
  const examples = operation.requestBody?.content['application/json'].examples;
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

/** The name of the body's type; bodies without a name of their own are called after the operation. */
export function bodyType(operation: Operation): string | undefined {
  const schema: Schema | undefined = operation.requestBody?.content['application/json'].schema;
  if (schema === undefined) return undefined;
  return componentName(schema) ?? `${upperFirst(operation.operationId)}Request`;
}

export function classNames(operation: Operation): { typescript: string; python: string; go: string } {
  const name = operation.tag.replaceAll(' ', '');
  return { typescript: `${name}Api`, python: `${name}Api`, go: `${name}API` };
}

function typescript(operation: Operation, example: unknown): string {
  const api = classNames(operation).typescript;
  const body = example === undefined ? [] : [literal(example)];
  const args = [...pathParameters(operation), ...neededQuery(operation), ...body].join(', ');
  return `import { ${api}, Configuration } from '@px0/sdk';

const configuration = new Configuration({ basePath: '${HOST}', accessToken: process.env.PX0_ACCESS_TOKEN });
const { data } = await new ${api}(configuration).${operation.operationId}(${args});`;
}

/** A JSON value as TypeScript writes it: keys without quotes. */
function literal(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/([{,])"([A-Za-z_]\w*)":/g, '$1 $2: ')
    .replaceAll(/(?<=["\]}\w])\}/g, ' }')
    .replaceAll(/:\{/g, ': {')
    .replaceAll(/"/g, "'");
}

function python(operation: Operation, example: unknown): string {
  const type = bodyType(operation);
  const args = [...pathParameters(operation), ...neededQuery(operation)].map(
    (name) => `${snake(name)}=${snake(name)}`,
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
    answer = ${call}(${list})`;
}

function pythonLiteral(value: unknown): string {
  return JSON.stringify(value).replaceAll(/":/g, '": ').replaceAll(/,"/g, ', "');
}

function go(operation: Operation, example: unknown): string {
  const type = bodyType(operation);
  const args = ['ctx', ...pathParameters(operation)].join(', ');
  const query = neededQuery(operation).map((name) => `.${upperFirst(name)}(${name})`);
  const call = `apiClient.${classNames(operation).go}.${upperFirst(operation.operationId)}(${args})`;
  const body = type === undefined ? [] : [`.${type}(body)`];
  const lines = [
    'configuration := px0.NewConfiguration()',
    'apiClient := px0.NewAPIClient(configuration)',
    'ctx := context.WithValue(context.Background(), px0.ContextAccessToken, os.Getenv("PX0_ACCESS_TOKEN"))',
    '',
    ...(type === undefined
      ? []
      : [
          `body := px0.${type}{}`,
          `err := json.Unmarshal([]byte(\`${JSON.stringify(example ?? {})}\`), &body)`,
        ]),
    `answer, response, err := ${call}${query.join('')}${body.join('')}.Execute()`,
  ];
  return lines.join('\n');
}

function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `listAPIKeys` to `list_api_keys`, `orgID` to `org_id`. */
export function snake(name: string): string {
  return name
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function upperSnake(name: string): string {
  return snake(name).toUpperCase();
}

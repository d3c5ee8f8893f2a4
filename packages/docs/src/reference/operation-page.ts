/** One page for each operation, made from the API description: its path, callers, parameters, body, answers, errors, and samples. */
import type { AuthClass } from '@px0/contracts';
import type { Page } from '../pages/page.ts';
import { answersTo, callers, refusalsOf } from './callers.ts';
import { bodyExample, codeSamplesOf } from './code-samples.ts';
import type { Operation, Parameter, Schema } from './description.ts';
import { exampleOf, type Field, fieldsOf, typeOf } from './fields.ts';

/** From an operation's page to the documentation's root. */
const ROOT = '../../';

export function operationPage(operation: Operation): Page {
  const parts = [
    `# ${operation.summary}`,
    `\`${operation.method} ${operation.path}\``,
    operation.description,
    `Operation id: \`${operation.operationId}\`. [Try it in the API explorer](/docs/api#/${encodeURIComponent(operation.tag)}/${operation.operationId}).`,
    ...authentication(operation),
    ...parameters('Path parameters', operation, 'path'),
    ...parameters('Query parameters', operation, 'query'),
    ...headers(operation),
    ...body(operation),
    ...success(operation),
    ...errors(operation),
    ...samples(operation),
  ];
  return {
    path: operationPath(operation),
    title: operation.summary,
    summary: operation.description,
    markdown: `${parts.join('\n\n')}\n`,
  };
}

export function operationPath({ tag, summary }: Pick<Operation, 'tag' | 'summary'>): string {
  return `api-reference/${slugOf(tag)}/${slugOf(summary)}.md`;
}

/** Letters and digits in lower case, blanks as hyphens, nothing else. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z\d ]/g, '')
    .replaceAll(' ', '-');
}

const credentials: { readonly [Auth in AuthClass]: string } = {
  none: 'None. The `Authorization` header is not looked at.',
  'optional-session':
    'None for a public registration. With the session of an administrator account, the new account is one that they registered.',
  session: 'A session: `Authorization: Bearer sess_...`. API keys are refused.',
  management:
    'A session, or an API key with operation `all` or `admin`: `Authorization: Bearer ...`. A key acts for an admin of its organization.',
  content: 'A session or any API key: `Authorization: Bearer ...`.',
};

function authentication(operation: Operation): string[] {
  const answers = operation.auth === 'none' ? undefined : answersTo(operation.operationId);
  if (answers === undefined) return ['## Authentication', credentials[operation.auth]];
  const refusals = refusalsOf(operation.operationId);
  return [
    '## Authentication',
    credentials[operation.auth],
    ...(answers.every((answer) => answer === 'yes')
      ? []
      : [
          `Who may call it, in relation to the team or organization that it is about ([roles](${ROOT}concepts/roles.md)):`,
          table(
            callers.map(({ name }) => name),
            [answers],
          ),
          `Refused with ${list(refusals)}.`,
        ]),
  ];
}

function parameters(title: string, operation: Operation, where: Parameter['in']): string[] {
  const rows = operation.parameters.filter((parameter) => parameter.in === where);
  if (rows.length === 0) return [];
  return [
    `## ${title}`,
    table(
      ['name', 'type', 'meaning'],
      rows.map(({ name, schema, description }) => [`\`${name}\``, typeOf(schema), description]),
    ),
  ];
}

function headers(operation: Operation): string[] {
  const rows = operation.parameters.filter((parameter) => parameter.in === 'header');
  return [
    '## Request headers',
    table(
      ['name', 'meaning'],
      rows.map(({ name, description }) => [`\`${name}\``, description]),
    ),
    `All are optional. [Reading your own writes](${ROOT}concepts/revisions.md) says what revisions are for.`,
  ];
}

function body(operation: Operation): string[] {
  if (operation.requestBody === undefined) return [];
  const { schema } = operation.requestBody.content;
  return ['## Request body', fieldTable(fieldsOf(schema)), json(bodyExample(operation) ?? exampleOf(schema))];
}

function success(operation: Operation): string[] {
  const [status, response] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
  if (status === undefined || response === undefined) return [];
  const schema: Schema | undefined = response.content?.schema;
  if (schema === undefined) return ['## Response', `\`${status}\` with an empty body.`];
  const fields = fieldsOf(schema);
  return [
    '## Response',
    response.content?.type === 'application/json'
      ? `\`${status}\``
      : `\`${status}\` with \`${response.content?.type}\`: a sequence of frames, each of which is such an object.`,
    json(exampleOf(schema)),
    ...(fields.length > 0 ? [fieldTable(fields)] : []),
  ];
}

function errors(operation: Operation): string[] {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => !status.startsWith('2'))
    .flatMap(([status, response]) =>
      Object.values(response.content?.examples ?? {}).map(({ value }) => [status, `\`${errorText(value)}\``]),
    );
  return [
    '## Errors',
    `The body is \`{"error": "..."}\`, with exactly these texts. Where one goes on after a colon, the rest is a detail. [Errors](${ROOT}api-reference/errors.md) says which ones to retry.`,
    table(['status', '`error`'], rows),
  ];
}

function errorText(value: unknown): string {
  return typeof value === 'object' && value !== null && 'error' in value ? String(value.error) : '';
}

function samples(operation: Operation): string[] {
  return [
    '## Examples',
    ...codeSamplesOf(operation).flatMap(({ title, language, code }) => [
      `### ${title}`,
      `\`\`\`${language}\n${code}\n\`\`\``,
    ]),
  ];
}

function fieldTable(fields: readonly Field[]): string {
  return table(
    ['field', 'type', 'meaning'],
    fields.map(({ name, type, required, description }) => [
      `\`${name}\``,
      required ? type : `${type}, optional`,
      description,
    ]),
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function json(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

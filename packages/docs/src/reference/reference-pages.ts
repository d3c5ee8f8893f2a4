/** The pages about the API that follow from the contracts: the index of operations, the list of errors, one page per operation. */
import { errorCatalog, exampleMessage } from '@px0/contracts';
import type { Page } from '../pages/page.ts';
import { type Operation, operations } from './description.ts';
import { operationPage, operationPath, table } from './operation-page.ts';

/** The tags in alphabetical order, each with its operations in the order of their titles. */
export function operationsByTag(): readonly (readonly [string, readonly Operation[]])[] {
  return [...Map.groupBy(operations, ({ tag }) => tag)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([tag, group]) => [tag, group.toSorted((a, b) => a.summary.localeCompare(b.summary))]);
}

export function referencePages(): Page[] {
  return [indexPage(), errorsPage(), ...operations.map(operationPage)];
}

function indexPage(): Page {
  const sections = operationsByTag().map(([tag, group]) =>
    [
      `## ${tag}`,
      table(
        ['operation', 'method and path'],
        group.map((operation) => [
          `[${operation.summary}](../${operationPath(operation)})`,
          `\`${operation.method} ${operation.path}\``,
        ]),
      ),
    ].join('\n\n'),
  );
  const summary = 'Every operation of the HTTP API, with a page for each.';
  const introduction = [
    '# API reference',
    summary,
    'All paths begin with `/v1`. Requests and responses are JSON. Send your credentials as `Authorization: Bearer ...`: a session (`sess_...`) or an API key (`ak_...`). Times are RFC 3339 in UTC, ids are UUIDs. Every path with a GET also accepts HEAD. Clients must ignore keys that they do not know.',
    'The complete description in one file: [openapi.yaml](/docs/openapi.yaml) or [openapi.json](/openapi.json). To call operations from a page, open the [API explorer](/docs/api), with the session of the console or [a key](../get-started/get-access-key.md). [Errors](errors.md) lists every error text.',
  ];
  return {
    path: 'api-reference/index.md',
    title: 'API reference',
    summary,
    markdown: `${[...introduction, ...sections].join('\n\n')}\n`,
  };
}

const advice: { readonly [status: number]: string } = {
  400: 'The request is invalid. Change it; retrying does not help.',
  401: 'The credentials are missing, unknown or expired. Log in again, or use another key.',
  403: 'The credentials are valid, but do not allow this operation.',
  404: 'The resource does not exist, or the caller may not see it. Without `Px0-Stale`, the response is final.',
  405: 'The path exists, but not with this method.',
  409: 'The request conflicts with the current state.',
  412: 'The resource has changed since you read it. Read it again.',
  413: 'The body is larger than 4 MiB.',
  422: 'The request is well-formed, but the state of the resource or the template does not allow it.',
  429: 'Too many requests. Wait for the number of seconds in `Retry-After`, then retry.',
  500: 'An unexpected error. Use the `X-Request-Id` of the response to find the log line.',
  503: 'A part of the platform is down or lagging. Wait for the number of seconds in `Retry-After`, then retry.',
};

function errorsPage(): Page {
  const groups = Map.groupBy(Object.entries(errorCatalog), ([, { status }]) => status);
  const sections = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([status, entries]) => {
      const texts = [...new Set(entries.map(([, { message }]) => message))].sort();
      return [
        `## ${status}`,
        advice[status] ?? '',
        texts.map((message) => `- \`${message}\``).join('\n'),
      ].join('\n\n');
    });
  const summary = 'Every error text of the API, by status, and what to do about it.';
  const introduction = [
    '# Errors',
    summary,
    'An error is `{"error": "..."}` and nothing else. The texts below are exact, so your program may compare them. Some continue after a colon with a detail: `' +
      exampleMessage('invalidTemplate') +
      '`. In that case, compare the beginning.',
    'The header `Px0-Hint` says what may help you, such as the slug that you probably meant: see [Errors and hints](../concepts/errors-and-hints.md).',
    'Retry 429, 503 and failed connections, with increasing delays. The SDKs do this for you. Do not retry other errors.',
  ];
  return {
    path: 'api-reference/errors.md',
    title: 'Errors',
    summary,
    markdown: `${[...introduction, ...sections].join('\n\n')}\n`,
  };
}

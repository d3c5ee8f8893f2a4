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
    'All paths begin with `/v1`. Requests and answers are JSON. A credential is sent as `Authorization: Bearer ...`: a session (`sess_...`) or an API key (`ak_...`). Times are RFC 3339 in UTC, ids are UUIDs. Every GET also answers HEAD. Clients ignore keys that they do not know.',
    'The whole description as one file: [openapi.yaml](/docs/openapi.yaml) or [openapi.json](/openapi.json). To call operations from a page, open the [API explorer](/docs/api). Every error text is listed under [Errors](errors.md).',
  ];
  return {
    path: 'api-reference/index.md',
    title: 'API reference',
    summary,
    markdown: `${[...introduction, ...sections].join('\n\n')}\n`,
  };
}

const advice: { readonly [status: number]: string } = {
  400: 'The request is wrong. Change it; sending it again does not help.',
  401: 'The credential is missing, unknown or expired. Log in again, or use another key.',
  403: 'The credential is good, but may not do this.',
  404: 'There is no such thing, or the caller may not see it. Without `Px0-Stale` the answer is final.',
  405: 'The path exists, with another method.',
  409: 'The request conflicts with what exists.',
  412: 'Somebody has changed the thing since you read it. Read it again.',
  413: 'The body has more than 4 MiB.',
  422: 'The request is well-formed; the state of the thing or the template does not allow it.',
  429: 'Too many requests. Wait for the seconds in `Retry-After`, then send it again.',
  500: 'Something unexpected failed. `X-Request-Id` of the answer finds the log line.',
  503: 'A part of the platform is away or behind. Wait for `Retry-After`, then send it again.',
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
    'An error is `{"error": "..."}` and nothing else. The texts below are exact, so a program may compare them. Some go on after a colon with a detail: `' +
      exampleMessage('invalidTemplate') +
      '`. Compare the beginning then.',
    'Retry 429, 503 and connections that failed, with growing pauses. The SDKs do. Nothing else gets better by itself.',
  ];
  return {
    path: 'api-reference/errors.md',
    title: 'Errors',
    summary,
    markdown: `${[...introduction, ...sections].join('\n\n')}\n`,
  };
}

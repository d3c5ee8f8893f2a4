/** The page of the API explorer as it arrives: every operation as a link, in order of the description. Swagger UI comes when one is opened. */
import { buildOpenApi, routes } from '@px0/contracts';

/** The logo of the console, in the page itself: without a built console, nobody else serves it. */
const LOGO =
  '<svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#4f46e5"/><path d="M9 10.5l5.5 5.5L9 21.5M17 21.5h6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>';

export interface Surroundings {
  /** Whether the documentation is built: it has the pages of the reference, and the fonts and colours. */
  readonly hasDocumentation: boolean;
  readonly hasConsole: boolean;
}

export function explorerPage({ hasDocumentation, hasConsole }: Surroundings): string {
  const reference = hasDocumentation ? '<a href="/docs/api-reference/">API reference</a>' : '';
  const places = [
    hasDocumentation ? '<a href="/docs/">Documentation</a>' : '',
    reference,
    '<a href="/openapi.json">openapi.json</a>',
    hasConsole ? '<a href="/">Console</a>' : '',
  ];
  const keyHelp = hasDocumentation ? '<a href="/docs/get-started/get-access-key">Get an access key</a>' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API explorer | px0</title>
<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(LOGO.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'))}">
${hasDocumentation ? '<link rel="stylesheet" href="/docs/look.css">' : ''}
<link rel="stylesheet" href="/docs/api/explorer.css">
<script src="/docs/api/explorer.js" defer></script>
</head>
<body>
<header>
<a class="home" href="${hasDocumentation ? '/docs/' : '/docs/api'}">${LOGO}<span>px0</span></a>
<nav aria-label="px0">${places.filter((place) => place !== '').join('\n')}</nav>
</header>
<main>
<h1>API explorer</h1>
<p>Open an operation to call it from this page. Calls are real: they change this installation.${hasDocumentation ? ` The ${reference} explains each operation and has examples in four languages.` : ''}</p>
<p id="credentials" data-console="${String(hasConsole)}"><span>You need an API key or a session.</span> ${keyHelp}</p>
<noscript><p>The explorer needs JavaScript. The description itself is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<div id="explorer" hidden>
<p><a href="#all-operations">All operations</a></p>
<p id="state" role="status"></p>
<div id="swagger"></div>
</div>
<div id="all-operations">
${operationList()}
</div>
</main>
</body>
</html>
`;
}

let list: string | undefined;

/** Derived from the contract, which does not change while a process lives. */
function operationList(): string {
  list ??= [...Map.groupBy(Object.values(routes), ({ tag }) => tag)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([tag, group]) => {
      const rows = group.map(
        ({ method, path, operationId, summary }) =>
          `<li><a href="#/${encodeURIComponent(tag)}/${operationId}"><span class="method">${method}</span> <code>${path}</code> <span class="summary">${escaped(summary)}</span></a></li>`,
      );
      return `<section><h2>${tag}</h2><p>${escaped(descriptionOf(tag))}</p>\n<ul>\n${rows.join('\n')}\n</ul></section>`;
    })
    .join('\n');
  return list;
}

function descriptionOf(tag: string): string {
  const { tags } = buildOpenApi();
  const found = Array.isArray(tags) ? tags.find((one) => one.name === tag) : undefined;
  return String(found?.description ?? '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

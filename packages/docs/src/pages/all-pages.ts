/** All pages of the site, in reading order: those that people write and those that are made from the code. */
import { operationPath } from '../reference/operation-page.ts';
import { operationsByTag, referencePages } from '../reference/reference-pages.ts';
import { configurationPage, launcherTable } from './configuration-page.ts';
import { readGuides } from './guides.ts';
import type { Page, Section } from './page.ts';
import { rolesTable } from './roles-table.ts';

/** The pages that are read one after another. Other folders (decisions, runbooks) follow as they are. */
const order: readonly (readonly [string, readonly string[]])[] = [
  [
    'Get started',
    [
      'index.md',
      'get-started/run-locally.md',
      'get-started/console.md',
      'get-started/get-access-key.md',
      'get-started/create-prompt.md',
      'get-started/setup-telemetry.md',
      'template-syntax.md',
    ],
  ],
  [
    'SDKs and command line',
    [
      'sdk/typescript.md',
      'sdk/python.md',
      'sdk/go.md',
      'sdk/in-your-process.md',
      'sdk/opentelemetry.md',
      'cli.md',
    ],
  ],
  [
    'Concepts',
    [
      'concepts/version-lifecycle.md',
      'concepts/chat-prompts.md',
      'concepts/model-configuration.md',
      'concepts/input-contracts.md',
      'concepts/assertions.md',
      'concepts/change-requests.md',
      'concepts/reviews.md',
      'concepts/folders-and-notes.md',
      'concepts/roles.md',
      'concepts/revisions.md',
      'concepts/errors-and-hints.md',
      'concepts/failures.md',
    ],
  ],
  [
    'Guides',
    [
      'guides/test-a-prompt.md',
      'guides/review-before-live.md',
      'guides/protect-production.md',
      'guides/ci.md',
    ],
  ],
  [
    'Operations',
    [
      'operations/configuration.md',
      'operations/docker-compose.md',
      'operations/kubernetes.md',
      'operations/postgres.md',
      'operations/air-gap.md',
      'operations/relay.md',
      'operations/backup-and-restore.md',
      'operations/upgrades.md',
      'operations/key-rotation.md',
      'operations/nats.md',
      'operations/sizing.md',
      'capacity-model.md',
      'operations/audit.md',
      'operations/security.md',
      'security-verification.md',
      'bounds.md',
      'benchmarks.md',
    ],
  ],
];

export async function allSections(): Promise<Section[]> {
  const generated = [await configurationPage(), ...referencePages()];
  const tables = new Map([
    ['<!-- role matrix -->', rolesTable()],
    ['<!-- launcher variables -->', await launcherTable()],
  ]);
  const pages = new Map([...readGuides(), ...generated].map((page) => [page.path, completed(page, tables)]));
  const take = (path: string): Page => {
    const page = pages.get(path);
    if (page === undefined) throw new Error(`there is no page ${path}`);
    pages.delete(path);
    return page;
  };
  const written = order.map(([title, paths]) => ({ title, pages: paths.map(take) }));
  const reference = {
    title: 'API reference',
    pages: [take('api-reference/index.md'), take('api-reference/errors.md')],
  };
  const operations = operationsByTag().map(([tag, group]) => ({
    title: tag,
    pages: group.map((operation) => take(operationPath(operation))),
  }));
  const folders = Map.groupBy(pages.values(), ({ path }) => path.split('/')[0] ?? '');
  const records = [...folders].map(([folder, group]) => folderSection(folder, group));
  return [...written, reference, ...operations, ...records];
}

/** Puts what is made from the code where a page asks for it. */
function completed(page: Page, tables: ReadonlyMap<string, string>): Page {
  let { markdown } = page;
  for (const [place, text] of tables) markdown = markdown.replace(place, () => text);
  return { ...page, markdown };
}

/** A folder of like pages, in the order of their names; its first page gets a list of those that it does not mention. */
function folderSection(folder: string, pages: readonly Page[]): Section {
  const first = `${folder}/index.md`;
  const [index] = pages.filter(({ path }) => path === first);
  if (index === undefined) throw new Error(`docs/${folder} has no README.md, and its pages no place`);
  const others = pages.filter((page) => page !== index);
  const lines = others
    .map(({ title, path }) => `- [${title}](${path.slice(folder.length + 1)})`)
    .filter((line) => !index.markdown.includes(line.slice(line.lastIndexOf('('))));
  const markdown = [index.markdown.trimEnd(), ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n');
  return { title: index.title, pages: [{ ...index, markdown: `${markdown}\n` }, ...others] };
}

/** All pages of the site, in reading order: those that people write and those that are made from the code. */
import { operationPath } from '../reference/operation-page.ts';
import { operationsByTag, referencePages } from '../reference/reference-pages.ts';
import { configurationPage, launcherTable } from './configuration-page.ts';
import { readGuides } from './guides.ts';
import type { Page, Section } from './page.ts';
import { rolesTable } from './roles-table.ts';

/** Where the hand-written and generated pages stand; a page that is not named here makes the build fail. */
const order: readonly (readonly [string, readonly string[]])[] = [
  [
    'Get started',
    [
      'index.md',
      'get-started/run-locally.md',
      'get-started/get-access-key.md',
      'get-started/create-prompt.md',
      'get-started/setup-telemetry.md',
      'template-syntax.md',
    ],
  ],
  ['SDKs and command line', ['sdk/typescript.md', 'sdk/python.md', 'sdk/go.md', 'cli.md']],
  [
    'Concepts',
    ['concepts/version-lifecycle.md', 'concepts/roles.md', 'concepts/revisions.md', 'concepts/failures.md'],
  ],
  [
    'Operations',
    [
      'operations/configuration.md',
      'operations/docker-compose.md',
      'operations/kubernetes.md',
      'operations/backup-and-restore.md',
      'operations/upgrades.md',
      'operations/key-rotation.md',
      'operations/sizing.md',
      'operations/security.md',
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
  const index = take('decisions/index.md');
  const decisions = [...pages.keys()].filter((path) => path.startsWith('decisions/')).map(take);
  const records = { title: 'Decisions', pages: [withIndex(index, decisions), ...decisions] };
  const [lost] = pages.keys();
  if (lost !== undefined) throw new Error(`${lost} has no place in the reading order`);
  return [...written, reference, ...operations, records];
}

/** Puts what is made from the code where a page asks for it. */
function completed(page: Page, tables: ReadonlyMap<string, string>): Page {
  let { markdown } = page;
  for (const [place, text] of tables) markdown = markdown.replace(place, () => text);
  return { ...page, markdown };
}

/** The first page of the decisions, with a list of them. */
function withIndex(index: Page, decisions: readonly Page[]): Page {
  const lines = decisions.map(({ title, path }) => `- [${title}](${path.replace('decisions/', '')})`);
  return { ...index, markdown: `${index.markdown.trimEnd()}\n\n${lines.join('\n')}\n` };
}

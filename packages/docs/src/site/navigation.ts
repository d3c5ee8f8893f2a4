/** The sections of the documentation as VitePress wants its sidebar, and as `llms.txt` and `llms-full.txt` hold them. */
import { posix } from 'node:path';
import { mapProse, withoutComments } from '../pages/markdown.ts';
import type { Page, Section } from '../pages/page.ts';

export interface NavigationItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly NavigationItem[];
}

/** A reader of one operation needs the list of its neighbours, not of all. */
const alwaysOpen = new Set(['Get started', 'SDKs and command line', 'Concepts', 'Guides', 'Operations']);

export function sidebar(sections: readonly Section[]): NavigationItem[] {
  return sections.map(({ title, pages }) => ({
    text: title,
    ...(!alwaysOpen.has(title) && { collapsed: true }),
    items: pages.map((page) => ({
      text: page.title,
      link: `/${page.path.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`,
    })),
  }));
}

/** Pages about the work on px0 itself, not about its use. They would fill a third of `llms-full.txt`. */
const aboutTheWork = /^(?:decisions\/|(?:benchmarks|bounds|security-verification)\.md$)/;

/** https://llmstxt.org: a title, a summary, and links with a sentence each. */
export function llmsText(sections: readonly Section[]): string {
  const line = ({ title, path, summary }: Page) => `- [${title}](/docs/${path}): ${summary}`;
  const parts = [
    '# px0',
    '> Self-hosted prompt infrastructure: versioned prompt templates, promoted without a redeploy, rendered over HTTP.',
    'Each page is Markdown under the address below, and HTML without the `.md`. [llms-full.txt](/llms-full.txt) holds the guides and the API reference in one file.',
    ...sections.flatMap(({ title, pages }) => {
      const lines = pages.filter(({ path }) => !aboutTheWork.test(path)).map(line);
      return lines.length === 0 ? [] : [`## ${title}\n\n${lines.join('\n')}`];
    }),
    '## API description\n\n- [openapi.yaml](/docs/openapi.yaml): OpenAPI 3.1, every operation and schema.',
    // By the convention, what a reader with little room leaves out.
    `## Optional\n\n${sections.flatMap(({ pages }) => pages.filter(({ path }) => aboutTheWork.test(path)).map(line)).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The pages themselves, one after another, for a reader that takes them in at once. */
export function llmsFullText(sections: readonly Section[]): string {
  const pages = sections.flatMap((section) => section.pages).filter(({ path }) => !aboutTheWork.test(path));
  const parts = [
    '# px0: the whole documentation',
    'Guides, operations, runbooks and the API reference. [llms.txt](/llms.txt) lists the pages one by one, also those that are left out here: decision records, benchmarks, bounds and the verification of security.',
    ...pages.map((page) => `<page address="/docs/${page.path}">\n\n${fullText(page).trim()}\n\n</page>`),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Links lead to the site from wherever the file is read, and an operation has one example instead of one in each language. */
function fullText({ path, markdown }: Page): string {
  const isOperation = /^api-reference\/[^/]+\//.test(path);
  const text = withoutComments(isOperation ? markdown.replace(/^### TypeScript\n[\s\S]*/m, '') : markdown);
  return mapProse(text, (line) =>
    line.replaceAll(/\]\((?![a-z]+:|\/|#)([^)\s]+)\)/g, (_, target: string) => {
      return `](${posix.join('/docs', posix.dirname(path), target)})`;
    }),
  );
}

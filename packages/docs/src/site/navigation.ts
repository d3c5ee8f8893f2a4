/** The sections of the documentation as VitePress wants its sidebar, and as `llms.txt` lists them. */
import type { Page, Section } from '../pages/page.ts';

export interface NavigationItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly NavigationItem[];
}

/** A reader of one operation needs the list of its neighbours, not of all. */
const alwaysOpen = new Set(['Get started', 'SDKs and command line', 'Concepts', 'Operations']);

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

/** https://llmstxt.org: a title, a summary, and links with a sentence each. */
export function llmsText(sections: readonly Section[]): string {
  const line = ({ title, path, summary }: Page) => `- [${title}](/docs/${path}): ${summary}`;
  const parts = [
    '# px0',
    '> Self-hosted prompt infrastructure: versioned prompt templates, promoted without a redeploy, rendered over HTTP.',
    'Each page is Markdown under the address below, and HTML without the `.md`.',
    ...sections.map(({ title, pages }) => `## ${title}\n\n${pages.map(line).join('\n')}`),
    '## API description\n\n- [openapi.yaml](/docs/openapi.yaml): OpenAPI 3.1, every operation and schema.',
  ];
  return `${parts.join('\n\n')}\n`;
}

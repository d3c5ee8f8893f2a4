/** The pages that people write: every Markdown file below `docs/`. A folder's README is its first page. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import { mapProse, summaryOf, titleOf } from './markdown.ts';
import type { Page } from './page.ts';

export const guidesFolder = join(repositoryRoot, 'docs');

export function readGuides(): Page[] {
  return globSync('**/*.md', { cwd: guidesFolder })
    .map((file) => file.split(sep).join('/'))
    .sort()
    .map((file) => {
      const source = readFileSync(join(guidesFolder, file), 'utf8');
      const markdown = withoutLinksOutside(source, file);
      return {
        path: pagePath(file),
        title: titleOf(source, `docs/${file}`),
        summary: summaryOf(markdown),
        markdown,
      };
    });
}

function pagePath(file: string): string {
  return file.replace(/(^|\/)README\.md$/, '$1index.md');
}

/** A link to a file of the repository has no target on the site: its text stays, as the file's name. */
function withoutLinksOutside(markdown: string, file: string): string {
  return mapProse(markdown, (line) =>
    line.replaceAll(/\[([^\]]*)\]\((\.\.?\/[^)\s]*)\)/g, (link, text: string, target: string) => {
      const path = posix.join('docs', posix.dirname(file), target);
      if (path.startsWith('docs/')) return link.replace(/README\.md/, 'index.md');
      return text.includes('`') ? text : `${text} (\`${path}\`)`;
    }),
  );
}

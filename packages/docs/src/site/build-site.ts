/**
 * Builds the documentation into a folder: HTML by VitePress, each page as Markdown beside it, `llms.txt`, `llms-full.txt` and `openapi.yaml`.
 * The folder is replaced in one step when everything is there, so a reader never meets half a site.
 * See docs/decisions/100-documentation-site.md.
 */
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildOpenApi } from '@px0/contracts';
import { build } from 'vitepress';
import { stringify } from 'yaml';
import { allSections } from '../pages/all-pages.ts';
import { guidesFolder } from '../pages/guides.ts';
import { withoutComments } from '../pages/markdown.ts';
import type { Section } from '../pages/page.ts';
import { packageFolder } from '../repository.ts';
import { compressAssets } from './compress-assets.ts';
import { consoleIcon, themeTokens } from './look.ts';
import { llmsFullText, llmsText, sidebar } from './navigation.ts';

const dist = join(packageFolder, 'dist');
const workFolder = join(dist, 'work');
export const siteFolder = join(dist, 'site');
const pictures = join(guidesFolder, 'pictures');

/** @throws Error when a page has no place, or VitePress finds a link without a target */
export async function buildSite(target: string = siteFolder): Promise<readonly Section[]> {
  const sections = await allSections();
  await mkdir(workFolder, { recursive: true });
  // Inside the package, so that what the pages import is found; of its own, so that builds may run side by side.
  const source = await mkdtemp(join(workFolder, 'build-'));
  const removeSource = () => rmSync(source, { recursive: true, force: true });
  process.once('exit', removeSource);
  try {
    await writeSource(source, sections);
    const output = join(source, '.output');
    await build(source, { outDir: output });
    await writeTexts(output, sections);
    await compressAssets(join(output, 'assets'));
    await replace(target, output);
  } finally {
    removeSource();
    process.off('exit', removeSource);
  }
  return sections;
}

async function writeSource(folder: string, sections: readonly Section[]): Promise<void> {
  const settings = join(folder, '.vitepress');
  await cp(join(packageFolder, 'theme'), join(settings, 'theme'), { recursive: true });
  await writeFile(join(settings, 'theme', 'tokens.css'), themeTokens());
  await writeInto(folder, 'public/icon.svg', consoleIcon());
  await cp(pictures, join(folder, 'pictures'), { recursive: true });
  // Imported when the file runs: bundled by VitePress, the TypeScript would be compiled for an older language.
  const config = pathToFileURL(join(import.meta.dirname, 'site-config.ts')).href;
  await writeFile(
    join(settings, 'config.mjs'),
    `const file = '${config}';\nconst { siteConfig } = await import(file);\nexport default siteConfig(${JSON.stringify(sidebar(sections))});\n`,
  );
  // Without one, the repository's own is read, whose language is newer than VitePress's compiler knows.
  await writeFile(join(folder, 'tsconfig.json'), '{}');
  for (const { path, markdown, summary } of pagesOf(sections)) {
    const head = `---\ndescription: ${JSON.stringify(summary)}\n---\n\n`;
    await writeInto(folder, path, head + withoutComments(markdown));
  }
}

async function writeTexts(folder: string, sections: readonly Section[]): Promise<void> {
  for (const { path, markdown } of pagesOf(sections))
    await writeInto(folder, path, withoutComments(markdown));
  // Where the Markdown expects them; the HTML names copies that browsers keep.
  await cp(pictures, join(folder, 'pictures'), { recursive: true });
  await writeFile(join(folder, 'llms.txt'), llmsText(sections));
  await writeFile(join(folder, 'llms-full.txt'), llmsFullText(sections));
  await writeFile(join(folder, 'openapi.yaml'), stringify(buildOpenApi(), { aliasDuplicateObjects: false }));
}

function pagesOf(sections: readonly Section[]) {
  return sections.flatMap(({ pages }) => pages);
}

async function writeInto(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function replace(target: string, next: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const old = `${next}-old`;
  await rename(target, old).catch(() => undefined);
  await rename(next, target);
  await rm(old, { recursive: true, force: true });
}

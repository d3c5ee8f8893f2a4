import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { buildOpenApi } from '@px0/contracts';
import { buildDocumentation, documentationFolder } from '@px0/local-platform';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { publishedPaths } from './published-paths.ts';

/** What the gateway serves beside the site; its own tests see to these. */
const besideTheSite = new Set(['/', '/docs/api', '/openapi.json', '/llms.txt', '/llms-full.txt']);

// The build that `npm start` serves; whoever builds first, the others find it.
const folder = documentationFolder;
let pages: readonly string[] = [];

beforeAll(async () => {
  await buildDocumentation();
  pages = globSync('**/*.html', { cwd: folder }).filter((page) => page !== '404.html');
}, 300_000);

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

function attributesOf(html: string, names: string): string[] {
  const found = html.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, 'g'));
  return [...found].map(([, value = '']) => value.replaceAll('&amp;', '&'));
}

const anchors = new Map<string, ReadonlySet<string>>();

function anchorsOf(file: string): ReadonlySet<string> {
  const known = anchors.get(file) ?? new Set(attributesOf(read(file), 'id'));
  anchors.set(file, known);
  return known;
}

/** The file that an address of the site means. */
function fileOf(path: string): string {
  const relative = decodeURIComponent(path.replace(/^\/docs\/?/, ''));
  if (relative === '' || relative.endsWith('/')) return `${relative}index.html`;
  return /\.[a-z0-9]+$/.test(relative) ? relative : `${relative}.html`;
}

/** Why the link is broken; undefined when it is not. */
function faultOf(target: string, page: string): string | undefined {
  const { origin, pathname, hash } = new URL(target, `http://px0.test/docs/${page}`);
  if (origin !== 'http://px0.test') return undefined;
  if (besideTheSite.has(pathname)) return undefined;
  const file = fileOf(pathname);
  if (!pathname.startsWith('/docs/') || !existsSync(join(folder, file))) return `${page}: ${target}`;
  if (hash === '' || !file.endsWith('.html')) return undefined;
  return anchorsOf(file).has(decodeURIComponent(hash.slice(1))) ? undefined : `${page}: no anchor ${target}`;
}

describe('the built documentation', () => {
  it('has every published page, as HTML and as Markdown', () => {
    expect(publishedPaths).toHaveLength(71);
    for (const path of publishedPaths) {
      expect(existsSync(join(folder, `${path}.html`)), path).toBe(true);
      expect(read(`${path}.md`), path).toMatch(/^# \S/);
    }
  });

  it('has no link without a target, and no anchor either', () => {
    expect(pages.length).toBeGreaterThan(100);
    const faults = pages.flatMap((page) =>
      attributesOf(read(page), 'href|src').flatMap((target) => faultOf(target, page) ?? []),
    );
    expect(faults).toEqual([]);
  });

  it('draws of the sidebar what is open: the guides, and the group of the page', () => {
    const drawn = (page: string) => {
      const [aside = ''] = /<aside class="VPSidebar"[\s\S]*?<\/aside>/.exec(read(page)) ?? [];
      return attributesOf(aside, 'href');
    };
    const isOfGroup = (href: string) => /^\/docs\/(?:decisions|runbooks|api-reference)\//.test(href);
    const guides = drawn('index.html');
    expect(guides).toContain('/docs/get-started/console');
    expect(guides).toContain('/docs/operations/nats');
    expect(guides.filter(isOfGroup)).toEqual([]);
    for (const [folder, page, neighbour] of [
      ['decisions', '100-documentation-site', '220-one-look'],
      ['runbooks', 'outbox-stuck', 'saga-parked'],
      ['api-reference/prompts', 'create-a-prompt', 'get-a-prompt'],
    ] as const) {
      const links = drawn(`${folder}/${page}.html`);
      expect(links, page).toEqual(expect.arrayContaining([...guides, `/docs/${folder}/${neighbour}`]));
      const folders = links.filter(isOfGroup).map((href) => href.slice(0, href.lastIndexOf('/')));
      expect(new Set(folders), page).toEqual(new Set([`/docs/${folder}`]));
    }
  });

  it('has Markdown whose links lead to Markdown', () => {
    const faults = globSync('**/*.md', { cwd: folder }).flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
        const [path = ''] = target.split('#');
        if (/^https?:/.test(path) || path === '' || path.startsWith('/')) return [];
        return existsSync(join(folder, posix.join(posix.dirname(file), path))) ? [] : [`${file}: ${target}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('loads nothing from another origin and runs no inline script', () => {
    for (const page of [...pages, '404.html']) {
      const html = read(page);
      const loaded = [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)="([^"]+)"/g)];
      for (const [, target] of loaded) expect(target, page).toMatch(/^(?:\/docs\/|data:)/);
      expect(html, page).not.toMatch(/<script(?![^>]*\ssrc=)/);
    }
    for (const style of globSync('**/*.css', { cwd: folder })) {
      expect(read(style)).not.toMatch(/url\(["']?(?:https?:)?\/\//);
    }
  });

  it('keeps from readers what is meant for the tests', () => {
    for (const page of globSync('**/*.{md,html}', { cwd: folder })) {
      expect(read(page), page).not.toMatch(/<!--\s*(?:run|output|after|start|docker|cluster|elsewhere)\b/);
    }
  });

  it('lists every page in llms.txt, with a sentence', () => {
    const lines = read('llms.txt')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    const listed = lines.map((line) => /^- \[[^\]]+\]\(\/docs\/([^)]+)\): \S.*\S$/.exec(line)?.[1]);
    const present = globSync('**/*.md', { cwd: folder });
    expect(listed.toSorted()).toEqual([...present, 'openapi.yaml'].toSorted());
  });

  it('holds the guides and the reference in llms-full.txt, with links that lead to the site', () => {
    const text = read('llms-full.txt');
    const pages = [...text.matchAll(/^<page address="\/docs\/([^"]+)">$/gm)].map(([, path]) => path);
    const wanted = globSync('**/*.md', { cwd: folder }).filter(
      (path) => !/^(?:decisions\/|(?:benchmarks|bounds|security-verification)\.md$)/.test(path),
    );
    expect(pages.toSorted()).toEqual(wanted.toSorted());
    // The first answers of an operation's page, and no example in four languages.
    expect(text).toContain('# Render Live Prompt Version');
    expect(text.slice(text.indexOf('<page address="/docs/api-reference/'))).not.toContain('### TypeScript');
    const faults = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, target = '']) =>
      target.startsWith('#') ? [] : (faultOf(target, 'llms-full.txt') ?? []),
    );
    expect(faults).toEqual([]);
    expect(text.length).toBeLessThan(1_500_000);
  });

  it('wears the look of the console', () => {
    const look = read('look.css');
    expect(look).toContain(':root[data-theme="dark"]');
    const fonts = [...look.matchAll(/url\("([^"]+)"\)/g)].map(([, file = '']) => file);
    expect(fonts.length).toBeGreaterThan(2);
    for (const font of fonts) expect(existsSync(join(folder, font.replace('/docs/', ''))), font).toBe(true);
    const page = read('index.html');
    expect(page).toContain('href="/docs/icon.svg"');
    expect(page).toMatch(/<a [^>]*href="\/"[^>]*target="_self"[^>]*>Console<\/a>/);
    expect(page).toMatch(/rel="preload"[^>]+inter-latin-wght-normal/);
  });

  it('shows pictures of the console in both themes, and once each in Markdown', () => {
    const html = read('get-started/console.html');
    for (const theme of ['light', 'dark'])
      expect(html).toMatch(new RegExp(`<img [^>]*class="picture of-${theme}"`));
    const named = [...read('get-started/console.md').matchAll(/\]\(\.\.\/pictures\/([^)]+)\)/g)];
    expect(named.length).toBeGreaterThan(4);
  });

  it('describes the API in YAML as the gateway does in JSON', () => {
    expect(parse(read('openapi.yaml'))).toEqual(JSON.parse(JSON.stringify(buildOpenApi())));
  });
});

/**
 * VitePress's configuration. The site asks nothing of another origin: fonts and a search index of its own, no inline script (the
 * gateway's policy forbids it), and links out of the documentation stay on the gateway.
 */
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefaultTheme, MarkdownRenderer, UserConfig } from 'vitepress';
import { languages } from './languages.ts';
import { lookOfExplorer } from './look.ts';
import type { NavigationItem } from './navigation.ts';

const BASE = '/docs/';

/** Runs before the script that chooses the theme: the choice made in the console holds here, too. `theme/index.js` goes the other way. */
const SHARE_THEME = `try {
  const choice = localStorage.getItem('px0.theme');
  localStorage.setItem('vitepress-theme-appearance', choice === 'dark' || choice === 'light' ? choice : 'auto');
} catch {}`;

/** Served by the gateway beside the pages; the router of the site must leave them to the browser. */
const outside =
  /^\/(?:docs\/api(?:#|$)|docs\/openapi\.yaml$|docs\/llms(?:-full)?\.txt$|openapi\.json$|llms(?:-full)?\.txt$|$)/;

export function siteConfig(navigation: readonly NavigationItem[]): UserConfig<DefaultTheme.Config> {
  const scripts = new Map<string, string>();
  const searched = new Map<string, string>();
  return {
    lang: 'en',
    title: 'px0',
    description: 'Self-hosted prompt infrastructure.',
    head: [
      ['link', { rel: 'icon', type: 'image/svg+xml', href: `${BASE}icon.svg` }],
      ['script', {}, SHARE_THEME],
    ],
    base: BASE,
    cleanUrls: true,
    // Addresses of the reader's own platform.
    ignoreDeadLinks: 'localhostLinks',
    // Otherwise each page holds the names of all others in an inline script.
    metaChunk: true,
    vite: {
      logLevel: 'warn',
      build: { chunkSizeWarningLimit: 4_000, reportCompressedSize: false },
      plugins: [drawOpenGroups()],
    },
    markdown: {
      // Text in angle brackets and double braces is text: templates are what these pages are about.
      html: false,
      languages,
      // Of GitHub's themes those whose every colour can be read on the console's panels.
      theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
      config(md) {
        keepBraces(md);
        leaveToTheBrowser(md);
        showInBothThemes(md);
      },
    },
    themeConfig: {
      logo: { src: '/icon.svg', alt: '' },
      nav: [
        { text: 'Guide', link: '/get-started/run-locally' },
        { text: 'Templates', link: '/template-syntax' },
        { text: 'API reference', link: '/api-reference/' },
      ],
      sidebar: navigation.map((item) => ({
        ...item,
        items: [...(item.items ?? [])] as DefaultTheme.SidebarItem[],
      })),
      search: {
        provider: 'local',
        options: {
          // Asked for twice: the pages are bundled for the browser and for their HTML.
          _render(source, env, md) {
            const path = String(env.relativePath);
            const html = searched.get(path) ?? withoutColours(md, searchable(source, path), env);
            searched.set(path, html);
            return html;
          },
        },
      },
      outline: [2, 3],
      externalLinkIcon: true,
    },
    transformHead({ assets }) {
      // Fetched with the page, so that its text is not drawn twice.
      return assets
        .filter((file) => /inter-latin-wght-normal\.[^/]*woff2$/.test(file))
        .map((href) => ['link', { rel: 'preload', href, as: 'font', type: 'font/woff2', crossorigin: '' }]);
    },
    transformHtml(code, _id, _context) {
      return code.replaceAll(
        /<script([^>]*)>([\s\S]+?)<\/script>/g,
        (whole, attributes: string, source: string) => {
          if (/\ssrc=/.test(attributes)) return whole;
          const name = `${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
          scripts.set(name, source);
          return `<script${attributes} src="${BASE}assets/inline.${name}"></script>`;
        },
      );
    },
    async buildEnd({ outDir }) {
      const assets = join(outDir, 'assets');
      await mkdir(assets, { recursive: true });
      for (const [name, source] of scripts) await writeFile(join(assets, `inline.${name}`), source);
      const fonts = globSync('*.woff2', { cwd: assets }).map((name) => `${BASE}assets/${name}`);
      await writeFile(join(outDir, 'look.css'), lookOfExplorer(fonts));
    },
  };
}

/**
 * What the search reads of a page. All operations share headers, error texts and the shape of their examples, under which the pages about
 * them would disappear.
 */
function searchable(source: string, path: string): string {
  if (!/^api-reference\/[^/]+\//.test(path)) return source;
  return source
    .split(/^(?=## )/m)
    .filter((section) => !/^## (?:Request headers|Errors|Examples)\n/.test(section))
    .join('');
}

/** What the two types of VitePress's renderer have in common. */
interface TextRenderer {
  readonly options: {
    highlight?: ((code: string, language: string, attributes: string) => string) | null | undefined;
  };
  render(source: string, env: object): string;
}

/** The search reads the text alone, and needs no colours. Angle brackets would be part of the words beside them. */
function withoutColours(md: TextRenderer, source: string, env: object): string {
  const { highlight } = md.options;
  md.options.highlight = (code) => `<pre>${code.replaceAll(/[<>]/g, ' ')}</pre>`;
  try {
    return md.render(source, env);
  } finally {
    md.options.highlight = highlight;
  }
}

/**
 * VitePress writes every page of the site into the sidebar of every other one, also those of groups that are closed: more than the pages
 * themselves. With this, a group is drawn where one of its pages is shown, and elsewhere once a reader opens it.
 */
function drawOpenGroups() {
  const everyGroup = '<div v-if="item.items && item.items.length" class="items">';
  const openGroup =
    '<div v-if="item.items && item.items.length && (!collapsed || hasActiveLink)" class="items">';
  return {
    name: 'px0:draw-open-groups',
    enforce: 'pre' as const,
    transform(code: string, id: string) {
      if (!id.endsWith('/VPSidebarItem.vue')) return undefined;
      if (!code.includes(everyGroup))
        throw new Error('VitePress draws its sidebar in another way than drawOpenGroups expects');
      return code.replace(everyGroup, openGroup);
    },
  };
}

/** Vue would take double braces for its own. */
function keepBraces(md: MarkdownRenderer): void {
  for (const kind of ['text', 'code_inline']) {
    const rule = md.renderer.rules[kind];
    md.renderer.rules[kind] = (...args) => (rule?.(...args) ?? '').replaceAll('{{', '&#123;&#123;');
  }
}

function leaveToTheBrowser(md: MarkdownRenderer): void {
  const link = md.renderer.rules['link_open'];
  md.renderer.rules['link_open'] = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const target = String(token?.attrGet('href') ?? '');
    if (token !== undefined && outside.test(target)) {
      token.attrSet('target', '_self');
      return self.renderToken(tokens, index, options);
    }
    return link?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
  };
}

/** A picture whose name ends with `-light` has one for the dark theme beside it; a browser loads the one that is shown. */
function showInBothThemes(md: MarkdownRenderer): void {
  const image = md.renderer.rules['image'];
  md.renderer.rules['image'] = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const source = String(token?.attrGet('src') ?? '');
    const draw = () => image?.(tokens, index, options, env, self) ?? '';
    if (token === undefined || !/-light\.\w+$/.test(source)) return draw();
    return ['light', 'dark']
      .map((theme) => {
        token.attrSet('src', source.replace(/-light(?=\.\w+$)/, `-${theme}`));
        token.attrSet('class', `picture of-${theme}`);
        token.attrSet('loading', 'lazy');
        return draw();
      })
      .join('');
  };
}

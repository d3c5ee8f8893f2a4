/**
 * VitePress's configuration. The site asks nothing of another origin: system fonts, a search index of its own, no inline script (the
 * gateway's policy forbids it), and links out of the documentation stay on the gateway.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefaultTheme, UserConfig } from 'vitepress';
import { languages } from './languages.ts';
import type { NavigationItem } from './navigation.ts';

const BASE = '/docs/';

/** The name's two letters, as the gateway's policy allows them: in the page itself. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/><text x="16" y="22" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="16" fill="#fff">p0</text></svg>',
)}`;

/** Served by the gateway beside the pages; the router of the site must leave them to the browser. */
const outside = /^\/(?:docs\/api(?:#|$)|docs\/openapi\.yaml$|docs\/llms\.txt$|openapi\.json$|llms\.txt$|$)/;

export function siteConfig(navigation: readonly NavigationItem[]): UserConfig<DefaultTheme.Config> {
  const scripts = new Map<string, string>();
  return {
    lang: 'en',
    title: 'px0',
    description: 'Self-hosted prompt infrastructure.',
    head: [['link', { rel: 'icon', href: ICON }]],
    base: BASE,
    cleanUrls: true,
    // Addresses of the reader's own platform.
    ignoreDeadLinks: 'localhostLinks',
    // Otherwise each page holds the names of all others in an inline script.
    metaChunk: true,
    vite: {
      logLevel: 'warn',
      build: { chunkSizeWarningLimit: 4_000, reportCompressedSize: false },
    },
    markdown: {
      // Text in angle brackets and double braces is text: templates are what these pages are about.
      html: false,
      languages,
      theme: { light: 'github-light', dark: 'github-dark' },
      config(md) {
        for (const kind of ['text', 'code_inline']) {
          const rule = md.renderer.rules[kind];
          md.renderer.rules[kind] = (...args) => (rule?.(...args) ?? '').replaceAll('{{', '&#123;&#123;');
        }
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
      },
    },
    themeConfig: {
      nav: [
        { text: 'Guide', link: '/get-started/run-locally' },
        { text: 'Templates', link: '/template-syntax' },
        { text: 'API reference', link: '/api-reference/' },
      ],
      sidebar: navigation.map((item) => ({
        ...item,
        items: [...(item.items ?? [])] as DefaultTheme.SidebarItem[],
      })),
      search: { provider: 'local' },
      outline: [2, 3],
      externalLinkIcon: true,
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
    },
  };
}

/**
 * Renders the outlines that the page shows before the first script runs, with the same components that render it later. `public/start.js`
 * chooses between the two, and among the pages.
 */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Plugin } from 'vite';
import { EntranceSkeleton } from '../src/account/entrance-outline.tsx';
import { pageTexts } from '../src/frame/page-texts.ts';
import { PageOutline, PageSkeleton, ShellSkeleton } from '../src/frame/skeletons.tsx';

export function firstView(): Plugin {
  const pages = [
    createElement('div', { key: '', 'data-page': '' }, createElement(PageSkeleton)),
    ...Object.entries(pageTexts).map(([path, texts]) =>
      createElement(
        'div',
        { key: path, 'data-page': path },
        // It answers no key yet, and whoever hears the page would hear the title twice.
        createElement('div', { 'aria-hidden': true }, createElement(PageOutline, texts)),
        createElement('div', { role: 'status', 'aria-label': 'Loading' }),
      ),
    ),
  ];
  const outlines = [
    createElement(
      'div',
      { key: 'inside', 'data-outline': 'inside' },
      createElement(ShellSkeleton, undefined, pages),
    ),
    createElement('div', { key: 'entrance', 'data-outline': 'entrance' }, createElement(EntranceSkeleton)),
  ];
  return {
    name: 'px0-first-view',
    transformIndexHtml: (html) => ({
      html: html.replace('<div id="root"></div>', `<div id="root">${renderToStaticMarkup(outlines)}</div>`),
      tags: [{ tag: 'style', children: onlyOwnPage(Object.keys(pageTexts)) }],
    }),
  };
}

/** `start.js` names the page at the root element. One whose title depends on data has the outline without a title. */
function onlyOwnPage(paths: readonly string[]): string {
  const known = paths.map((path) => `[data-page="${path}"]`);
  return [
    ...known.map((page) => `:root:not(${page}) div${page}`),
    `:root:is(${known.join()}) div[data-page=""]`,
  ]
    .join()
    .concat('{display:none}');
}

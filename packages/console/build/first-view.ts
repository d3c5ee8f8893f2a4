/**
 * Renders the outlines that the page shows before the first script runs, with the same components that render it later. `public/start.js`
 * chooses between the two.
 */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Plugin } from 'vite';
import { EntranceSkeleton } from '../src/account/entrance-outline.tsx';
import { ShellSkeleton } from '../src/frame/skeletons.tsx';

export function firstView(): Plugin {
  const outlines = [
    createElement('div', { key: 'inside', 'data-outline': 'inside' }, createElement(ShellSkeleton)),
    createElement('div', { key: 'entrance', 'data-outline': 'entrance' }, createElement(EntranceSkeleton)),
  ];
  return {
    name: 'px0-first-view',
    transformIndexHtml: (html) =>
      html.replace('<div id="root"></div>', `<div id="root">${renderToStaticMarkup(outlines)}</div>`),
  };
}

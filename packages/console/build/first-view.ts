/**
 * What is seen before the first script runs: the outline of the page that comes, drawn by the components that draw it afterwards. Which of
 * the two is shown is decided by `public/start.js`.
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

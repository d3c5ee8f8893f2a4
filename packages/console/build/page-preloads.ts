/**
 * Writes the files that each page needs into `index.html`, so that `public/start.js` can preload a page's scripts together with the first
 * one, and what to ask px0 for meanwhile. Reads paths and files from the route declarations, so none is repeated.
 */
import { dirname, join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';
import { frameReadings, pageReadings } from './read-ahead.ts';

/** A route declaration. */
interface Route {
  readonly path: string | undefined;
  /** The module of its component. */
  readonly file: string;
  readonly isInside: boolean;
}

/** The table that `public/start.js` reads. Numbers are indexes into `files`. */
interface PageTable {
  readonly files: readonly string[];
  /** The shell of the pages behind the login. */
  readonly frame: readonly number[];
  /** Keyed by path in the router's notation, such as `/prompts/$promptId`. */
  readonly inside: Readonly<Record<string, readonly number[]>>;
  readonly entrance: Readonly<Record<string, readonly number[]>>;
  /** The addresses to read for all pages behind the login, and for each of them. */
  readonly readings: {
    readonly frame: readonly string[];
    readonly pages: Readonly<Record<string, readonly string[]>>;
  };
}

export function pagePreloads(): Plugin {
  const routes: Route[] = [];
  return {
    name: 'px0-page-preloads',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { code: 'lazyRouteComponent(' },
      handler(code, id) {
        routes.push(...routesIn(code, dirname(id)));
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }): string {
        const table = JSON.stringify(tableOf(routes, bundle)).replaceAll('"', '&quot;');
        return html.replace('<script src="/start.js"', `<meta name="px0-pages" content="${table}">\n    $&`);
      },
    },
  };
}

function routesIn(code: string, folder: string): Route[] {
  return code
    .split(/createRoute\(|shellRoute\.update\(/)
    .slice(1)
    .flatMap((declaration) => {
      const file = /lazyRouteComponent\(\(\) => import\('([^']+)'\)/.exec(declaration)?.[1];
      if (file === undefined) return [];
      const path = /^ {2}path: '([^']+)'/m.exec(declaration)?.[1];
      return [{ path, file: join(folder, file), isInside: declaration.includes('=> shellRoute,') }];
    });
}

function tableOf(routes: readonly Route[], bundle: Rolldown.OutputBundle): PageTable {
  const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const needs = (name: string, found = new Set<string>()): Set<string> => {
    if (found.has(name)) return found;
    found.add(name);
    for (const imported of byName.get(name)?.imports ?? []) needs(imported, found);
    return found;
  };
  const entry = chunks.find(({ isEntry }) => isEntry);
  const first = entry === undefined ? new Set<string>() : needs(entry.fileName);
  const files: string[] = [];
  const place = (name: string): number => {
    if (!files.includes(name)) files.push(name);
    return files.indexOf(name);
  };
  const placesOf = ({ file }: Route): readonly number[] => {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === file);
    if (chunk === undefined) throw new Error(`${file} is the page of a route, but has no chunk`);
    return [...needs(chunk.fileName)].filter((name) => !first.has(name)).map(place);
  };
  const pages = (isInside: boolean) =>
    Object.fromEntries(
      routes.flatMap((route) =>
        route.path !== undefined && route.isInside === isInside
          ? [[route.path, placesOf(route)] as const]
          : [],
      ),
    );
  return {
    frame: routes.filter(({ path }) => path === undefined).flatMap(placesOf),
    inside: pages(true),
    entrance: pages(false),
    readings: { frame: frameReadings, pages: pageReadings },
    files,
  };
}

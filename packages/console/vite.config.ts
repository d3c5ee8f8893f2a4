/**
 * The console's build. It takes the console's knowledge of the API (methods, paths, error texts, permissions) from the contracts and the
 * role matrix as data, so the bundle contains neither zod nor the API description.
 * See docs/decisions/082-console-build.md.
 */
import { type Action, can, permissions } from '@px0/access';
import { errorCatalog, routes } from '@px0/contracts';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { firstView } from './build/first-view.ts';
import { pagePreloads } from './build/page-preloads.ts';
import { precompress } from './build/precompress.ts';
import { everyStanding, type Standing } from './src/workspace/standing.ts';

const moduleName = 'virtual:px0-contract';

/** `src/api/contract.d.ts` declares what this module exports. */
function contract(): Plugin {
  return {
    name: 'px0-contract',
    resolveId: (id) => (id === moduleName ? `\0${moduleName}` : undefined),
    load(id) {
      if (id !== `\0${moduleName}`) return undefined;
      const table = Object.values(routes).map((route) => [
        route.operationId,
        [route.method, route.path] as const,
      ]);
      const errors = Object.entries(errorCatalog).map(([code, { message }]) => [code, message]);
      return [
        `export const routeTable = ${JSON.stringify(Object.fromEntries(table))};`,
        `export const errorMessages = ${JSON.stringify(errors)};`,
        `export const roleTable = ${JSON.stringify(roleTable())};`,
      ].join('\n');
    },
  };
}

/** For each action, the standings that allow it, as the bits of a number. */
function roleTable(): Record<string, number> {
  const actions = Object.keys(permissions) as Action[];
  return Object.fromEntries(
    actions.map((action) => [
      action,
      everyStanding.reduce((bits, standing, bit) => bits + (may(standing, action) ? 2 ** bit : 0), 0),
    ]),
  );
}

function may(standing: Standing, action: Action): boolean {
  const teamRole = standing.teamRole ?? undefined;
  return can({ ...standing, teamRole, caller: 'user', coverage: 'organization', limits: 'none' }, action);
}

/** Preloads the fonts of the first view together with the script, so that no text is drawn twice. */
function preloadFonts(): Plugin {
  return {
    name: 'px0-preload-fonts',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
          .map((file) => ({
            tag: 'link',
            injectTo: 'head-prepend' as const,
            attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          })),
    },
  };
}

const gateway = process.env['PX0_GATEWAY'] ?? 'http://localhost:8000';

/**
 * A request costs a phone more than a few kilobytes, so there are few files: what every page needs, what the pages behind the login need, and
 * the rest by which pages share it. The folders decide. A page, and what only a page behind the login has, is never in what every page needs.
 */
const neededByAll = either(
  /node_modules\/(?:@tanstack|react|react-dom|scheduler|use-sync-external-store|get-nonce)\//,
  /\/src\/(?:account|api|frame|json|outline|prompts\/data|text|ui\/plain|workspace)\/(?!.*(?:-page|account-activity)\.tsx$)/,
);
// The words for problems are shared by pages and the judge; in a file with other such things they would bring the template engine along.
const neededBehindTheLogin = either(
  /node_modules\/lucide-react/,
  /\/src\/(?:ui\/(?!popup\/)|commands\/)/,
  /\/input-contract\/src\/judge\/problem-text\.ts$/,
);

// Large, and needed by few pages. In a file with small things that many pages share, they would come along everywhere.
const waitsForTemplates = /\/packages\/(?:template|input-contract)\/src\/|\/src\/preview\//;
// Only what is loaded on demand needs it.
const editsCode = /node_modules\/(?:@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname)\//;
const comparesTexts = either(/node_modules\/diff\//, /\/src\/diff\//);

function either(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'));
}

export default defineConfig({
  plugins: [react(), tailwindcss(), contract(), firstView(), pagePreloads(), preloadFonts(), precompress()],
  // No inlined assets: `data:` URLs would need a wider content security policy.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: neededByAll, priority: 3 },
            { name: 'frame', test: neededBehindTheLogin, minShareCount: 3, priority: 2 },
            { name: 'code', test: editsCode, priority: 2 },
            { name: 'engine', test: waitsForTemplates, minShareCount: 2, entriesAware: true, priority: 1 },
            { name: 'diff', test: comparesTexts, minShareCount: 2, priority: 1 },
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 12_000 },
          ],
        },
      },
    },
  },
  // The gateway replaces this with a new nonce in each response.
  html: { cspNonce: '__PX0_NONCE__' },
  server: { port: 5173, proxy: { '/v1': gateway, '/docs': gateway, '/openapi.json': gateway } },
});

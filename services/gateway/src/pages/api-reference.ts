/**
 * The API explorer at `/docs/api`: a list of the operations, and Swagger UI over those of one tag when one of them is opened. Every file is
 * served from here. Nothing comes from another origin, so it works without internet and under `script-src 'self'`.
 * See docs/decisions/220-one-look.md.
 *
 * Swagger UI is plainer than Scalar's reference, but it is one package of ready files; Scalar has 27 direct dependencies (a Vue application, a
 * client, an editor), which every first `npm start` would install. Its only dependency, `@scarf/scarf`, consists of an install script, which npm
 * does not run here (`allowScripts` in the root `package.json`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { errorCatalog } from '@px0/contracts';
import type express from 'express';
import { descriptionOfTag } from './explorer/description-of-tag.ts';
import { explorerPage } from './explorer/operation-list.ts';

/** Of the package's files only these: the others are source maps and demo pages. */
const swaggerFiles = { 'swagger-ui.css': 'css', 'swagger-ui-bundle.js': 'js' } as const;
const ownFiles = { 'explorer.css': 'css', 'explorer.js': 'js' } as const;

const compress = promisify(gzip);

export interface ExplorerOptions {
  readonly docsDirectory: string | undefined;
  readonly consoleDirectory: string | undefined;
}

/** Mounts the page and its files. */
export function mountApiReference(
  app: express.Express,
  { docsDirectory, consoleDirectory }: ExplorerOptions,
): void {
  app.get('/docs/api', (_req, res) => {
    // The documentation may be built while the gateway runs.
    const hasDocumentation = docsDirectory !== undefined && existsSync(join(docsDirectory, 'look.css'));
    const page = explorerPage({ hasDocumentation, hasConsole: consoleDirectory !== undefined });
    res.set('Cache-Control', 'no-cache').type('html').send(page);
  });
  for (const [name, type] of Object.entries(ownFiles)) {
    const text = readFileSync(join(import.meta.dirname, 'explorer', name), 'utf8');
    app.get(`/docs/api/${name}`, (_req, res) => {
      res.set('Cache-Control', 'no-cache').type(type).send(text);
    });
  }
  const directory = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  for (const [name, type] of Object.entries(swaggerFiles)) mountLarge(app, directory, name, type);
  app.get('/docs/api/description', (req, res) => {
    const description = descriptionOfTag(String(req.query['tag']));
    if (description === undefined) {
      const { status, message } = errorCatalog.notFound;
      res.status(status).json({ error: message });
    } else {
      res.set('Cache-Control', 'public, max-age=300').type('json').send(description);
    }
  });
}

/** Swagger UI is 1.7 MB, and 0.5 MB compressed. It is read when somebody first asks for it, since most installations' explorers are never opened. */
function mountLarge(app: express.Express, directory: string, name: string, type: string): void {
  let compressed: Promise<Buffer> | undefined;
  app.get(`/docs/api/${name}`, (req, res, next) => {
    res.set({ 'Cache-Control': 'public, max-age=3600', Vary: 'Accept-Encoding' }).type(type);
    if (req.acceptsEncodings('gzip') === false) {
      res.sendFile(name, { root: directory, cacheControl: false });
      return;
    }
    compressed ??= compress(readFileSync(join(directory, name)));
    compressed.then((bytes) => res.set('Content-Encoding', 'gzip').send(bytes), next);
  });
}

/**
 * The built console. Files with hashed names never change, so browsers keep them for ever; the page that names them must always be asked
 * for, and gets a nonce of its own for the style elements that its script makes.
 * See docs/decisions/080-console-security.md.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from '@px0/contracts';
import express from 'express';
import { preferCompressed } from './compressed-files.ts';
import { consolePages } from './console-pages.ts';

/** What the build writes where the nonce belongs. */
const PLACEHOLDER = '__PX0_NONCE__';

/** @throws when the folder holds no built `index.html`, so that a wrong `CONSOLE_DIRECTORY` is noticed at the start */
export function mountBuiltConsole(
  app: express.Express,
  directory: string,
  headersFor: (nonce: string) => readonly string[],
): void {
  const page = readFileSync(join(directory, 'index.html'), 'utf8');
  const isPage = consolePages(page);
  const sendPage = (res: express.Response): void => {
    const nonce = randomBytes(16).toString('base64');
    const headers = headersFor(nonce);
    for (let i = 0; i < headers.length; i += 2) res.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
    res.set('Cache-Control', 'no-cache').type('html').send(page.replaceAll(PLACEHOLDER, nonce));
  };

  // Looked up for each request: a folder may be built anew, or taken away, while the gateway runs.
  const filesIn = (folder: string, caching: string) =>
    express.static(folder, {
      index: false,
      redirect: false,
      // The files are small, and nothing asks for a part of one.
      acceptRanges: false,
      cacheControl: false,
      setHeaders: (res) => res.setHeader('Cache-Control', caching),
    });
  const assets = join(directory, 'assets');
  app.use(
    '/assets',
    preferCompressed(assets),
    filesIn(assets, 'public, max-age=31536000, immutable'),
    (_req, res) => {
      // A compressed file may have gone since it was looked up.
      res.removeHeader('Content-Encoding');
      const { status, message } = errorCatalog.notFound;
      res.status(status).json({ error: message });
    },
  );
  app.get(['/', '/index.html'], (_req, res) => sendPage(res));
  app.use(filesIn(directory, 'no-cache'));
  // The console routes in the browser: each of its pages that a person may open or reload is the same file.
  app.use((req, res, next) => {
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (isRead && isPage(req.path) && req.accepts('html') === 'html') sendPage(res);
    else next();
  });
}

/**
 * The built console. Files with hashed names never change, so browsers keep them for ever; the page that names them must always be asked
 * for, and gets a nonce of its own for the style elements that its script makes.
 * See docs/decisions/080-console-security.md.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from '@px0/contracts';
import type { Express, Response } from 'express';
import sirv from 'sirv';
import { consolePages } from './console-pages.ts';

/** What the build writes where the nonce belongs. */
const PLACEHOLDER = '__PX0_NONCE__';

/** @throws when the folder holds no built `index.html`, so that a wrong `CONSOLE_DIRECTORY` is noticed at the start */
export function mountBuiltConsole(
  app: Express,
  directory: string,
  headersFor: (nonce: string) => readonly string[],
): void {
  const page = readFileSync(join(directory, 'index.html'), 'utf8');
  const isPage = consolePages(page);
  const sendPage = (res: Response): void => {
    const nonce = randomBytes(16).toString('base64');
    const headers = headersFor(nonce);
    for (let i = 0; i < headers.length; i += 2) res.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
    res.set('Cache-Control', 'no-cache').type('html').send(page.replaceAll(PLACEHOLDER, nonce));
  };

  app.use(
    '/assets',
    sirv(join(directory, 'assets'), {
      // Compressed when it was built, as well as it can be.
      brotli: true,
      gzip: true,
      setHeaders: (res) => res.setHeader('Cache-Control', 'public, max-age=31536000, immutable'),
    }),
    (_req, res) => {
      const { status, message } = errorCatalog.notFound;
      res.status(status).json({ error: message });
    },
  );
  app.get(['/', '/index.html'], (_req, res) => sendPage(res));
  app.use(sirv(directory, { etag: true, setHeaders: (res) => res.setHeader('Cache-Control', 'no-cache') }));
  // The console routes in the browser: each of its pages that a person may open or reload is the same file.
  app.use((req, res, next) => {
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (isRead && isPage(req.path) && req.accepts('html') === 'html') sendPage(res);
    else next();
  });
}

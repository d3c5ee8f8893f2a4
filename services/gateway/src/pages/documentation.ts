/**
 * The documentation at `/docs`: a folder of built pages, looked at anew for every request, since it may be built while the gateway
 * runs. Each page is HTML without an ending and Markdown with `.md`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { preferCompressed } from './compressed-files.ts';

/** Where programs look for them. */
const textsAtTheRoot = ['llms.txt', 'llms-full.txt'];

/** Without a folder, the addresses of pages lead to the API explorer, which needs none. */
export function mountDocumentation(app: express.Express, directory: string | undefined): void {
  if (directory === undefined) {
    app.get(['/docs', '/docs/api-reference'], (_req, res) => res.redirect('/docs/api'));
    return;
  }
  const files = express.static(directory, {
    extensions: ['html'],
    cacheControl: false,
    setHeaders(res, file) {
      // Names in `assets` have a hash of the content; all other files are asked for again, by ETag.
      const isHashed = file.startsWith(join(directory, 'assets'));
      res.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const site = express.Router({ strict: true });
  site.use((_req, res, next) => {
    if (existsSync(join(directory, 'index.html'))) next();
    else sayThatItIsBuilt(res);
  });
  site.get('/', (req, res, next) => {
    // The pages' own links begin at `/docs/`.
    if (req.originalUrl.split('?', 1)[0] === '/docs') res.redirect(301, '/docs/');
    else next();
  });
  site.use('/assets', preferCompressed(join(directory, 'assets')));
  site.use(files);
  site.use((req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      next();
      return;
    }
    // Another build may have come between the look for a compressed file and its reading.
    res.removeHeader('Content-Encoding');
    res.status(404);
    if (req.accepts(['json', 'html']) === 'html') {
      res.set('Cache-Control', 'no-cache').sendFile('404.html', { root: directory });
    } else {
      res.json({ error: 'not found' });
    }
  });
  app.use('/docs', site);
  for (const name of textsAtTheRoot) {
    app.get(`/${name}`, (_req, res, next) => {
      res.set('Cache-Control', 'no-cache').sendFile(name, { root: directory }, (error?: Error) => {
        if (error === undefined || res.headersSent) return;
        if (existsSync(join(directory, 'index.html'))) next(error);
        else sayThatItIsBuilt(res);
      });
    });
  }
}

function sayThatItIsBuilt(res: express.Response): void {
  res
    .set({ 'Cache-Control': 'no-store', 'Retry-After': '5' })
    .status(503)
    .type('html')
    .send(
      '<!doctype html><html lang="en"><meta http-equiv="refresh" content="5"><title>px0</title><p>The documentation is being built; this page reloads automatically.</p></html>',
    );
}

/**
 * What crawlers ask for. Of an installation only the documentation is worth finding: the console's pages hold nothing before a login.
 */
import { readdir, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join, sep } from 'node:path';
import type express from 'express';

export function mountCrawlerFiles(app: express.Express, docsDirectory: string | undefined): void {
  app.get('/robots.txt', (req, res) => {
    const origin = originOf(req);
    const lines = [
      'User-agent: *',
      ...(docsDirectory === undefined ? [] : ['Allow: /docs/', 'Allow: /llms.txt', 'Allow: /llms-full.txt']),
      'Disallow: /',
      ...(docsDirectory === undefined || origin === undefined ? [] : ['', `Sitemap: ${origin}/sitemap.xml`]),
    ];
    res
      .set('Cache-Control', 'no-cache')
      .type('text/plain')
      .send(`${lines.join('\n')}\n`);
  });
  if (docsDirectory === undefined) return;
  const pages = docsPages(docsDirectory);
  app.get('/sitemap.xml', async (req, res, next) => {
    const origin = originOf(req);
    // The folder may be replaced while it is walked.
    const paths = await pages().catch(() => []);
    if (origin === undefined || paths.length === 0) {
      next();
      return;
    }
    const urls = paths.map((path) => `<url><loc>${asXml(`${origin}/docs/${path}`)}</loc></url>`);
    res
      .set('Cache-Control', 'no-cache')
      .type('application/xml')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join('\n')}\n</urlset>\n`,
      );
  });
}

/** Addresses in a sitemap are absolute. Undefined for a request that names no usable host. */
function originOf(req: IncomingMessage): string | undefined {
  const { host } = req.headers;
  if (host === undefined || !/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host)) return undefined;
  const isSecure = req.headers['x-forwarded-proto'] === 'https' || 'encrypted' in req.socket;
  return `${isSecure ? 'https' : 'http'}://${host}`;
}

/** The addresses of the pages below `/docs/`. The folder is walked again only after another build. */
function docsPages(directory: string): () => Promise<readonly string[]> {
  let known: { readonly builtAt: number; readonly paths: readonly string[] } | undefined;
  return async () => {
    const builtAt = await stat(join(directory, 'index.html')).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (builtAt === undefined) return [];
    if (known?.builtAt !== builtAt) {
      const files = await readdir(directory, { recursive: true });
      const paths = files
        .filter((file) => file.endsWith('.html') && file !== '404.html')
        .map((file) => file.split(sep).map(encodeURIComponent).join('/'))
        .map((file) => file.replace(/(?:^|(?<=\/))index\.html$|\.html$/, ''))
        .toSorted();
      known = { builtAt, paths };
    }
    return known.paths;
  };
}

function asXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

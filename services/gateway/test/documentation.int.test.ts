import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeBytes, gateway, stopAll } from './fixture.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'px0-docs-'));
});

afterEach(async () => {
  await stopAll();
  await rm(directory, { recursive: true });
});

async function buildPages(): Promise<void> {
  await mkdir(join(directory, 'assets'));
  await mkdir(join(directory, 'sdk'));
  await writeFile(join(directory, 'index.html'), '<!doctype html>first page');
  await writeFile(join(directory, '404.html'), '<!doctype html>no such page');
  await writeFile(join(directory, 'index.md'), '# First page\n');
  await writeFile(join(directory, 'sdk/go.html'), '<!doctype html>Go');
  await writeFile(join(directory, 'sdk/go.md'), '# Go\n');
  await writeFile(join(directory, 'assets/app.1a2b.js'), 'js');
  await writeFile(join(directory, 'llms.txt'), '# px0\n');
  await writeFile(join(directory, 'llms-full.txt'), '# All of px0\n');
  await writeFile(join(directory, 'look.css'), ':root {}');
  await writeFile(join(directory, 'openapi.yaml'), 'openapi: 3.1.0\n');
}

const asPerson = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

describe('the documentation', () => {
  it('is HTML without an ending and Markdown with one', async () => {
    await buildPages();
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    const expected = {
      '/docs/': ['text/html; charset=utf-8', '<!doctype html>first page'],
      '/docs': ['text/html; charset=utf-8', '<!doctype html>first page'],
      '/docs/index.md': ['text/markdown; charset=utf-8', '# First page\n'],
      '/docs/sdk/go': ['text/html; charset=utf-8', '<!doctype html>Go'],
      '/docs/sdk/go.md': ['text/markdown; charset=utf-8', '# Go\n'],
      '/docs/llms.txt': ['text/plain; charset=utf-8', '# px0\n'],
      '/llms.txt': ['text/plain; charset=utf-8', '# px0\n'],
      '/llms-full.txt': ['text/plain; charset=utf-8', '# All of px0\n'],
      '/docs/openapi.yaml': ['text/yaml; charset=utf-8', 'openapi: 3.1.0\n'],
    };
    for (const [path, [type, text]] of Object.entries(expected)) {
      const response = await fetch(url + path, asPerson);
      expect([response.status, response.headers.get('content-type'), await response.text()], path).toEqual([
        200,
        type,
        text,
      ]);
      expect(response.headers.get('content-security-policy'), path).toContain("script-src 'self'");
    }
    expect((await fetch(`${url}/docs`)).url).toBe(`${url}/docs/`);
  });

  it('is asked for again by ETag, except what has a hash in its name', async () => {
    await buildPages();
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    const page = await fetch(`${url}/docs/sdk/go`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    // As bytes: fetch would add `Cache-Control: no-cache`, which asks for the whole page.
    const question = `GET /docs/sdk/go HTTP/1.1\r\nHost: px0\r\nIf-None-Match: ${page.headers.get('etag')}\r\nConnection: close\r\n\r\n`;
    expect(await exchangeBytes(url, question)).toMatch(/^HTTP\/1\.1 304 /);
    const asset = await fetch(`${url}/docs/assets/app.1a2b.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('sends scripts compressed to whoever takes them so, with the type that they have', async () => {
    await buildPages();
    await mkdir(join(directory, 'assets/chunks'));
    await writeFile(join(directory, 'assets/chunks/@search.3c4d.js'), 'js');
    const names = ['app.1a2b.js', 'chunks/@search.3c4d.js'];
    for (const name of names) await writeFile(join(directory, 'assets', `${name}.gz`), gzipSync('js'));
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    for (const name of names) {
      for (const encoding of ['gzip', 'identity']) {
        const asset = await fetch(`${url}/docs/assets/${name}`, { headers: { 'accept-encoding': encoding } });
        expect([asset.status, await asset.text()], encoding).toEqual([200, 'js']);
        expect(asset.headers.get('content-encoding'), encoding).toBe(encoding === 'gzip' ? 'gzip' : null);
        expect(asset.headers.get('content-type'), encoding).toBe('text/javascript; charset=utf-8');
        expect(asset.headers.get('cache-control'), encoding).toBe('public, max-age=31536000, immutable');
        expect(asset.headers.get('vary'), encoding).toContain('Accept-Encoding');
      }
    }
    expect((await fetch(`${url}/docs/assets/gone.js`)).status).toBe(404);
  });

  it('answers an unknown page with a page of its own, and a program in JSON', async () => {
    await buildPages();
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    for (const path of ['/docs/nothing', '/docs/sdk/', '/docs/..%2f..%2fetc%2fpasswd', '/docs/api/nothing']) {
      const page = await fetch(url + path, asPerson);
      expect([page.status, await page.text()], path).toEqual([404, '<!doctype html>no such page']);
    }
    const answer = await fetch(`${url}/docs/nothing`);
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'not found' }]);
  });

  it('leaves the API explorer where it is, and gives it its look', async () => {
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    const explorer = async () => (await fetch(`${url}/docs/api`)).text();
    const before = await explorer();
    expect(before).toContain('<h1>API explorer</h1>');
    expect(before).not.toContain('look.css');
    await buildPages();
    const after = await explorer();
    expect(after).toContain('<link rel="stylesheet" href="/docs/look.css">');
    expect(after).toContain('href="/docs/api-reference/"');
  });

  it('says that it is being built, and appears without a restart', async () => {
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    for (const path of ['/docs', '/docs/sdk/go', '/llms.txt', '/llms-full.txt']) {
      const response = await fetch(url + path, asPerson);
      expect([response.status, response.headers.get('retry-after')], path).toEqual([503, '5']);
      expect(await response.text()).toContain('The documentation is being built');
    }
    await buildPages();
    expect((await fetch(`${url}/docs/sdk/go`)).status).toBe(200);
    expect((await fetch(`${url}/llms.txt`)).status).toBe(200);
  });

  it('is all that crawlers are shown, by its addresses at the host that they ask', async () => {
    const { url } = await gateway({ DOCS_DIRECTORY: directory });
    expect((await fetch(`${url}/sitemap.xml`)).status).toBe(404);
    await buildPages();
    const robots = await (await fetch(`${url}/robots.txt`)).text();
    expect(robots.split('\n')).toEqual([
      'User-agent: *',
      'Allow: /docs/',
      'Allow: /llms.txt',
      'Allow: /llms-full.txt',
      'Disallow: /',
      '',
      `Sitemap: ${url}/sitemap.xml`,
      '',
    ]);
    const sitemap = await fetch(`${url}/sitemap.xml`);
    expect(sitemap.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    const places = [...(await sitemap.text()).matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, place]) => place);
    expect(places).toEqual([`${url}/docs/`, `${url}/docs/sdk/go`]);
    for (const place of places) expect((await fetch(place ?? '')).status).toBe(200);
    const behindProxy =
      'GET /robots.txt HTTP/1.1\r\nHost: px0.example\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n';
    expect(await exchangeBytes(url, behindProxy)).toContain('Sitemap: https://px0.example/sitemap.xml');
    // Node's parser lets some hosts through that are none.
    const odd = 'GET /sitemap.xml HTTP/1.1\r\nHost: a<b>"c\r\nConnection: close\r\n\r\n';
    expect(await exchangeBytes(url, odd)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

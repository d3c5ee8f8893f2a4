import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { buildOpenApi, routes } from '@px0/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway, stopAll } from './fixture.ts';

afterEach(stopAll);

describe('health', () => {
  it('is well while services are away, and shows them when asked', async () => {
    const { url } = await gateway();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true });
    const verbose = await (await fetch(`${url}/readyz?verbose`)).json();
    expect(verbose).toMatchObject({
      ready: true,
      upstreams: {
        identity: { breaker: 'closed', pending: 0, replicas: [{ url: expect.stringMatching(/^http:/) }] },
        render: { breaker: 'closed' },
      },
    });
  });
});

describe('the API description', () => {
  it('is OpenAPI 3.1 and readable from every origin', async () => {
    const { url } = await gateway();
    const response = await fetch(`${url}/openapi.json`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const text = await response.text();
    expect(text).toContain('"openapi":"3.1');
    expect(text).toContain('"operationId":"renderLive"');
  });
});

describe('the API explorer', () => {
  it('is a page without inline script whose files all come from here', async () => {
    const { url } = await gateway();
    const response = await fetch(`${url}/docs`);
    const html = await response.text();
    expect(response.url).toBe(`${url}/docs/api`);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).not.toMatch(/<script(?![^>]* src=)/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of [...files, '/docs/api/swagger-ui.css', '/docs/api/swagger-ui-bundle.js']) {
      if (file.startsWith('data:image/svg+xml,') || file.startsWith('#')) continue;
      expect(file, 'another origin').toMatch(/^\//);
      expect((await fetch(url + file)).status, file).toBe(200);
    }
    expect((await fetch(`${url}/docs/api-reference/`)).url).toBe(`${url}/docs/api`);
    expect((await fetch(`${url}/docs/api/swagger-ui.js.map`)).status).toBe(404);
    expect((await fetch(`${url}/docs/api/..%2fpackage.json`)).status).toBe(404);
  });

  it('sends Swagger UI compressed to whoever takes it so', async () => {
    const { url } = await gateway();
    const file = `${url}/docs/api/swagger-ui-bundle.js`;
    const [compressed, plain] = await Promise.all([
      fetch(file),
      fetch(file, { headers: { 'accept-encoding': 'identity' } }),
    ]);
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(compressed.headers.get('content-length'))).toBeLessThan(600_000);
    expect(plain.headers.get('content-encoding')).toBe(null);
    expect(plain.headers.get('content-type')).toBe(compressed.headers.get('content-type'));
    expect(await compressed.text()).toBe(await plain.text());
  });

  it('describes one tag at a time, small and complete', async () => {
    const { url } = await gateway();
    const whole = buildOpenApi();
    for (const { name } of Array.isArray(whole['tags']) ? whole['tags'] : []) {
      const response = await fetch(`${url}/docs/api/description?tag=${encodeURIComponent(name)}`);
      const text = await response.text();
      expect(text.length, name).toBeLessThan(120_000);
      const { paths, components } = JSON.parse(text);
      const operations = Object.values<object>(paths).flatMap((methods) => Object.values(methods));
      expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
        Object.values(routes)
          .filter(({ tag }) => tag === name)
          .map(({ operationId }) => operationId)
          .toSorted(),
      );
      // What is referred to is there.
      for (const [, kind = '', part = ''] of text.matchAll(/"#\/components\/(\w+)\/([^"/]+)"/g)) {
        expect(components[kind], `${name}: ${kind}`).toHaveProperty([part]);
      }
    }
    for (const query of ['', '?tag=', '?tag=Nothing', '?tag=a&tag=b']) {
      const response = await fetch(`${url}/docs/api/description${query}`);
      expect([response.status, await response.json()], query).toEqual([404, { error: 'not found' }]);
    }
  });
});

describe('the console', () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  async function built(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'px0-console-'));
    folders.push(directory);
    await mkdir(join(directory, 'assets'));
    await mkdir(join(directory, '.vite'));
    await writeFile(join(directory, '.vite/manifest.json'), '{}');
    const pages = JSON.stringify({ inside: { '/prompts/$promptId': [] }, entrance: { '/login': [] } });
    await writeFile(
      join(directory, 'index.html'),
      `<!doctype html><meta property="csp-nonce" nonce="__PX0_NONCE__"><meta name="px0-pages" content="${pages.replaceAll('"', '&quot;')}">`,
    );
    await writeFile(join(directory, 'start.js'), 'start');
    await writeFile(join(directory, 'assets/app-1a2b.js'), 'js');
    await writeFile(join(directory, 'assets/app-1a2b.js.br'), brotliCompressSync('js'));
    return directory;
  }

  it('answers every page that a browser may open, keeps hashed files for ever, and leaves the API alone', async () => {
    const { url } = await gateway({ CONSOLE_DIRECTORY: await built() });
    const headers = { accept: 'text/html', 'accept-encoding': 'br, gzip' };
    const open = (path: string) => fetch(url + path, { headers });
    for (const path of ['/', '/index.html', '/prompts/hello', '/login?next=%2F']) {
      const page = await open(path);
      expect(await page.text(), path).toContain('csp-nonce');
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
    const asset = await open('/assets/app-1a2b.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    expect(await asset.text()).toBe('js');
    const start = await open('/start.js');
    expect([await start.text(), start.headers.get('cache-control')]).toEqual(['start', 'no-cache']);
    expect(await (await open('/assets/gone.js')).json()).toEqual({ error: 'not found' });
    expect((await open('/v1/nothing')).status).toBe(404);
    expect((await open('/openapi.json')).headers.get('content-type')).toContain('json');
    expect((await open('/docs')).url).toBe(`${url}/docs/api`);
    expect((await open('/.vite/manifest.json')).status).toBe(404);
    expect((await open('/%E0%A4%A')).status).toBe(404);
  });

  it('whose files go away while the gateway runs is no error of the gateway', async () => {
    const directory = await built();
    const { url } = await gateway({ CONSOLE_DIRECTORY: directory });
    const asset = () => fetch(`${url}/assets/app-1a2b.js`, { headers: { 'accept-encoding': 'br, gzip' } });
    expect([await (await asset()).text(), (await asset()).headers.get('content-encoding')]).toEqual([
      'js',
      'br',
    ]);
    await rm(join(directory, 'assets/app-1a2b.js.br'));
    const plain = await asset();
    expect([await plain.text(), plain.headers.get('content-encoding')]).toEqual(['js', null]);
    await rm(join(directory, 'assets'), { recursive: true });
    await rm(join(directory, 'start.js'));
    for (const path of ['/assets/app-1a2b.js', '/start.js']) {
      const gone = await fetch(url + path);
      expect([gone.status, await gone.json()], path).toEqual([404, { error: 'not found' }]);
    }
    expect((await fetch(`${url}/login`, { headers: { accept: 'text/html' } })).status).toBe(200);
  });

  it('is sent whole to whoever asks for a part, also for one that does not exist', async () => {
    const { url } = await gateway({ CONSOLE_DIRECTORY: await built() });
    for (const range of ['bytes=0-0', 'bytes=-1', 'bytes=100-', 'bytes=x', 'bytes=1-0', 'lines=0-1']) {
      for (const [path, text] of [
        ['/assets/app-1a2b.js', 'js'],
        ['/start.js', 'start'],
      ]) {
        const answer = await fetch(url + path, { headers: { range, 'accept-encoding': 'identity' } });
        expect([answer.status, await answer.text()], `${path} ${range}`).toEqual([200, text]);
      }
    }
  });

  it('is no answer to other addresses: a browser gets a page that says so, a program JSON', async () => {
    const { url } = await gateway({ CONSOLE_DIRECTORY: await built() });
    for (const path of ['/nothing', '/prompts', '/prompts/a/b', '/sitemap.xml', '/llms-full.txt', '/.env']) {
      const page = await fetch(url + path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([page.status, page.headers.get('content-type')], path).toEqual([
        404,
        'text/html; charset=utf-8',
      ]);
      const html = await page.text();
      expect(html, path).toContain('<h1>Page not found</h1>');
      expect(html, path).not.toContain('csp-nonce');
      for (const accept of ['*/*', 'application/json', 'image/avif,image/webp,*/*;q=0.8']) {
        const answer = await fetch(url + path, { headers: { accept } });
        expect([answer.status, await answer.json()], `${path} as ${accept}`).toEqual([
          404,
          { error: 'not found' },
        ]);
      }
    }
    expect((await fetch(`${url}/login`, { method: 'POST' })).status).toBe(404);
  });

  it('runs no script but its own, and no style but its own and what its script adds, by a nonce of each answer', async () => {
    const { url } = await gateway({ CONSOLE_DIRECTORY: await built() });
    const nonceOf = async (): Promise<string> => {
      const page = await fetch(url, { headers: { accept: 'text/html' } });
      const policy = page.headers.get('content-security-policy') ?? '';
      const nonce = /nonce="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      return nonce;
    };
    const [first, second] = [await nonceOf(), await nonceOf()];
    expect(first).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(second).not.toBe(first);
  });

  it('that was never built is noticed when the gateway starts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'px0-console-'));
    folders.push(directory);
    await expect(gateway({ CONSOLE_DIRECTORY: directory })).rejects.toThrow('index.html');
    await writeFile(join(directory, 'index.html'), '<!doctype html>');
    await expect(gateway({ CONSOLE_DIRECTORY: directory })).rejects.toThrow('does not name its pages');
  });

  it('that is not built leaves a person at the API reference', async () => {
    const { url } = await gateway();
    const response = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([response.status, response.url]).toEqual([200, `${url}/docs/api`]);
  });

  it('that is not built leaves a page that says where the API is', async () => {
    const { url } = await gateway();
    expect(await (await fetch(url)).json()).toMatchObject({ api: '/v1', description: '/openapi.json' });
  });
});

describe('crawlers', () => {
  it('are kept from an installation without documentation', async () => {
    const { url } = await gateway();
    const robots = await fetch(`${url}/robots.txt`);
    expect(robots.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await robots.text()).toBe('User-agent: *\nDisallow: /\n');
    expect((await fetch(`${url}/sitemap.xml`)).status).toBe(404);
  });
});

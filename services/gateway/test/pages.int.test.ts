import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

describe('the API reference', () => {
  it('is a page without inline script whose files all come from here', async () => {
    const { url } = await gateway();
    const response = await fetch(`${url}/docs`);
    const html = await response.text();
    expect(response.url).toBe(`${url}/docs/api`);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).not.toMatch(/<script(?![^>]* src=)/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file, 'another origin').toMatch(/^\//);
      expect((await fetch(url + file)).status, file).toBe(200);
    }
    expect((await fetch(`${url}/docs/api/swagger-ui.js.map`)).status).toBe(404);
    expect((await fetch(`${url}/docs/api/..%2fpackage.json`)).status).toBe(404);
  });
});

describe('the console', () => {
  it('answers every page that a browser may open, keeps hashed files for ever, and leaves the API alone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'px0-console-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<!doctype html>console');
    await writeFile(join(directory, 'assets/app-1a2b.js'), 'js');
    const { url } = await gateway({ CONSOLE_DIRECTORY: directory });
    const open = (path: string) => fetch(url + path, { headers: { accept: 'text/html' } });
    for (const path of ['/', '/prompts/hello', '/login?next=%2F']) {
      const page = await open(path);
      expect(await page.text()).toBe('<!doctype html>console');
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
    const asset = await open('/assets/app-1a2b.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await open('/assets/gone.js')).status).toBe(404);
    expect((await open('/v1/nothing')).status).toBe(404);
    expect((await fetch(`${url}/nothing.json`, { headers: { accept: 'application/json' } })).status).toBe(
      404,
    );
    expect((await open('/%E0%A4%A')).status).toBeLessThan(500);
    await rm(directory, { recursive: true });
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

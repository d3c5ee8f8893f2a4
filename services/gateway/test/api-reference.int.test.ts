import { routes } from '@px0/contracts';
import { chromiumArguments, chromiumBinary } from '@px0/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway, stopAll } from './fixture.ts';

let browser: Browser | undefined;
afterEach(async () => {
  await browser?.close();
  browser = undefined;
  await stopAll();
});

/** What a browser complains of while the page is used, and what it asks of other origins. */
function complaints(page: Page, origin: string): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(message.text());
  });
  page.on('pageerror', (error) => found.push(error.message));
  page.on('requestfailed', (request) => found.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) found.push(`foreign: ${url}`);
  });
  return found;
}

/** A session as the console keeps it. */
const session = (expiresAt: string) =>
  JSON.stringify({ token: 'sess_of_ada', expiresAt, user: { email: 'ada@example.com' } });

async function opened(path: string, url: string, stored?: string): Promise<Page> {
  browser ??= await chromium.launch({ executablePath: await chromiumBinary(), args: [...chromiumArguments] });
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  if (stored !== undefined)
    await page.addInitScript(`localStorage.setItem('px0.session', ${JSON.stringify(stored)})`);
  await page.goto(url + path);
  return page;
}

describe('the API explorer in a browser', () => {
  it('lists every operation, and loads Swagger UI and one tag when an operation is opened', async () => {
    const { url } = await gateway();
    const page = await opened('/docs/api', url);
    const found = complaints(page, url);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(url.length)));
    await page.reload();
    const links = page.locator('#all-operations li a');
    expect(await links.count()).toBe(Object.keys(routes).length);
    await page.getByText('You are not signed in.').waitFor();
    expect(asked.filter((path) => /swagger|description|openapi/.test(path))).toEqual([]);

    await page.getByRole('link', { name: '/v1/health' }).click();
    const health = page.locator('[id$=healthCheck]');
    await health.locator('.try-out__btn').waitFor();
    expect(await page.locator('.opblock').count()).toBe(1);
    expect(await links.first().isVisible()).toBe(false);
    await health.locator('.try-out__btn').click();
    await health.locator('.execute').click();
    const answer = health.locator('.live-responses-table');
    await answer.locator('td.response-col_status').filter({ hasText: '200' }).first().waitFor();
    expect(await answer.textContent()).toContain('"status": "OK"');

    // Back to the list, and on to another tag.
    await page.getByRole('link', { name: 'All operations' }).click();
    await links.first().waitFor();
    await page.getByRole('link', { name: /Create an API Key/ }).click();
    await page.locator('[id$=createAPIKey]').first().waitFor();
    expect(asked.filter((path) => path.includes('description'))).toEqual([
      '/docs/api/description?tag=Health',
      '/docs/api/description?tag=API%20Keys',
    ]);
    expect(asked.filter((path) => path.includes('bundle'))).toHaveLength(1);
    expect(found).toEqual([]);
  }, 300_000);

  it('opens at an operation, and calls with the session of the console while it is valid', async () => {
    const { url } = await gateway();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const page = await opened('/docs/api#/Profile/me', url, session(tomorrow));
    await page.getByText('You are signed in as ada@example.com').waitFor();
    const operation = page.locator('[id$=-me]');
    await operation.locator('.try-out__btn').click();
    const request = page.waitForRequest(/\/v1\/auth\/me$/);
    await operation.locator('.execute').click();
    expect((await request).headers()['authorization']).toBe('Bearer sess_of_ada');

    const later = await opened('/docs/api', url, session('2026-01-01T00:00:00Z'));
    await later.getByText('You are not signed in.').waitFor();
  }, 300_000);
});

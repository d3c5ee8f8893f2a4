import { existsSync } from 'node:fs';
import { routes } from '@px0/contracts';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway, stopAll } from './fixture.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere) process.stdout.write(`px0: no browser at ${executablePath}; the API reference is not opened\n`);

/** Without a sandbox, since tests run as root, too; and quiet, since nothing but the gateway is to be reached. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser | undefined;
afterEach(async () => {
  await browser?.close();
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

describe.skipIf(!isThere)('the API reference in a browser', () => {
  it('shows every operation and calls one, under the content security policy', async () => {
    const { url } = await gateway();
    browser = await chromium.launch({ executablePath, args });
    const page = await browser.newPage();
    const found = complaints(page, url);
    await page.goto(`${url}/docs/api`);
    const operations = page.locator('.opblock');
    await operations.first().waitFor();
    expect(await operations.count()).toBe(Object.keys(routes).length);

    const health = page.locator('[id$=healthCheck]');
    await health.locator('.opblock-summary-control').click();
    await health.locator('.try-out__btn').click();
    await health.locator('.execute').click();
    const answer = health.locator('.live-responses-table');
    await answer.locator('td.response-col_status').filter({ hasText: '200' }).first().waitFor();
    expect(await answer.textContent()).toContain('"status": "OK"');
    expect(found).toEqual([]);
  }, 60_000);
});

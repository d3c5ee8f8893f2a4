import { routes } from '@px0/contracts';
import { chromiumArguments, chromiumBinary } from '@px0/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway, stopAll } from './fixture.ts';

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

describe('the API reference in a browser', () => {
  it('shows every operation and calls one, under the content security policy', async () => {
    const { url } = await gateway();
    browser = await chromium.launch({
      executablePath: await chromiumBinary(),
      args: [...chromiumArguments],
    });
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
  }, 300_000);
});

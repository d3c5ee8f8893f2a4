/** Stories about the documentation and the API explorer beside the console: one look, ways to and fro, and a search that finds guides. */
import { buildDocumentation } from '@px0/local-platform';
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleHarness } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const themeOf = (page: Page): Promise<string> =>
  page.evaluate("getComputedStyle(document.documentElement).colorScheme === 'dark' ? 'dark' : 'light'");

/** Blocks of code of which a reader would see a part only. */
const cutBlocks = (page: Page): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll('.vp-doc [class*=language-]:not(.language-, .language-text) pre')]
      .filter((block) => block.scrollWidth > block.clientWidth).map((block) => block.textContent)`,
  );

export function docsStories(started: () => ConsoleHarness): void {
  describe('the documentation', () => {
    // The build of `npm start`; whoever builds first, the others find it.
    beforeAll(buildDocumentation, 300_000);

    it('can be read by everybody in both themes, on a phone too, with no code cut off', async () => {
      const harness = started();
      const pages = [
        ['docs-start', '/docs/', 'Introduction'],
        ['docs-guide', '/docs/get-started/console', 'Write and promote in the console'],
        ['docs-operation', '/docs/api-reference/prompts/create-a-prompt', 'Create a Prompt'],
        ['docs-404', '/docs/sdk/ruby', 'Page not found'],
        ['docs-explorer', '/docs/api', 'API explorer'],
      ] as const;
      for (const [name, path, title] of pages) {
        await harness.inspect(name, path, undefined, async (page) => {
          await heading(page, title).waitFor();
          // The theme mends the page when its script has run.
          if (path !== '/docs/api')
            await page.locator('.DocSearch-Button-Keys[aria-hidden]').waitFor({ state: 'attached' });
          expect(await cutBlocks(page), path).toEqual([]);
        });
      }
    }, 180_000);

    it('is a link from the console, leads back, and shares its choice of light or dark', async () => {
      const harness = started();
      const page = await harness.open('/prompts', { person: await harness.person('ada') });
      await page.getByRole('button', { name: /^Account:/ }).click();
      await page.getByRole('menuitemradio', { name: 'Dark' }).click();
      const opened = page.context().waitForEvent('page');
      await page.getByRole('link', { name: 'Documentation' }).click();
      const docs = await opened;
      await heading(docs, 'Introduction').waitFor();
      expect(await themeOf(docs)).toBe('dark');
      const font = "getComputedStyle(document.body).fontFamily.split(',')[0]";
      expect(await docs.evaluate(font)).toBe(await page.evaluate(font));

      await docs.getByRole('switch').first().click();
      await eventually(async () => (await themeOf(docs)) === 'light');
      await eventually(async () => (await themeOf(page)) === 'light');
      await docs.getByRole('link', { name: 'Console' }).first().click();
      await heading(docs, 'Prompts').waitFor();
    }, 120_000);

    it('shows the pages of a group when a reader opens it, and not before', async () => {
      const harness = started();
      const page = await harness.open('/docs/');
      await heading(page, 'Introduction').waitFor();
      const sidebar = page.getByRole('navigation', { name: 'Sidebar Navigation' });
      const record = sidebar.getByRole('link', { name: /^217: / });
      expect(await record.count()).toBe(0);
      await sidebar.getByRole('button', { name: 'Decisions', exact: true }).click();
      await record.click();
      await page.waitForURL(/\/217-[^/]+$/);
      // Open where its page is, also for whoever comes from elsewhere.
      await page.reload();
      await sidebar.locator('.is-active').filter({ hasText: '217' }).waitFor();
      await sidebar.getByRole('button', { name: 'Decisions', exact: true }).press('Enter');
      await record.waitFor({ state: 'hidden' });
    }, 120_000);

    it('is searched with guides first and records of decisions last', async () => {
      const harness = started();
      const page = await harness.open('/docs/');
      await heading(page, 'Introduction').waitFor();
      for (const words of ['audit', 'draft', 'rotate key']) {
        await page.keyboard.press('Control+k');
        const box = page.locator('#localsearch-input');
        const results = page.locator('#localsearch-list a.result');
        // The box begins with what was searched before.
        await box.fill('');
        await eventually(async () => (await results.count()) === 0);
        await box.fill(words);
        await results.first().waitFor();
        const found = await results.evaluateAll((all) => all.map((one) => String(one.getAttribute('href'))));
        const isRecord = found.map((href) => href.startsWith('/docs/decisions/'));
        expect(found.length, words).toBeGreaterThan(3);
        // Nothing that is not a record comes behind one.
        expect(isRecord, words).toEqual(isRecord.toSorted((one, other) => Number(one) - Number(other)));
        expect(isRecord[0], words).toBe(false);
        await page.keyboard.press('Escape');
      }
    }, 120_000);

    it('offers a search and the nearest pages where it has none', async () => {
      const harness = started();
      const page = await harness.open('/docs/sdks/python.html');
      await heading(page, 'Page not found').waitFor();
      await page.getByRole('heading', { name: 'Did you mean' }).waitFor();
      const near = page.getByRole('main').getByRole('listitem').getByRole('link');
      expect(await near.first().getAttribute('href')).toBe('/docs/sdk/python');
      const box = page.getByRole('searchbox', { name: 'Search the documentation' });
      expect(await box.inputValue()).toBe('sdks python');
      await box.fill('rotate');
      await box.press('Enter');
      await page.locator('#localsearch-list a.result').first().waitFor();
      expect(await page.locator('#localsearch-input').inputValue()).toBe('rotate');
    }, 120_000);
  });
}

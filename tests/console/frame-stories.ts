/** Stories about the frame of all pages: where people land, the palette, the first steps, and what stays while px0 is away. */
import { randomUUID } from 'node:crypto';
import { eventually } from '@px0/testing';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, type Person, toastSays } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const organization = (page: Page, name: string) =>
  page.getByRole('button', { name: `Organization: ${name}` });
const search = (page: Page) => page.getByRole('combobox', { name: 'Search or jump to' });
const option = (page: Page, name: string) => page.getByRole('option', { name, exact: true });

async function prompts(harness: ConsoleHarness, { token, teamId }: Person, ...names: readonly string[]) {
  const created = await Promise.all(
    names.map((name) =>
      harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body: { name, slug: name } }),
    ),
  );
  return created.map((shape) => shape.text('prompt', 'id'));
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((node) => node.contains(node.ownerDocument.activeElement));

/** Presses a key until it has led to an element, as somebody does who cannot use a mouse. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 150; presses++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
}

async function pressAt(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await tabTo(page, target, key);
  // The button of a dialog waits for its check.
  const isReady = async () => (await target.getAttribute('aria-disabled')) !== 'true';
  await eventually(isReady, { what: `${String(target)} to be enabled` });
  await page.keyboard.press('Enter');
}

export function frameStories(started: () => ConsoleHarness): void {
  describe('the command palette', () => {
    it('runs what is selected: the best match, also of results that arrive late, and what was opened last', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      await prompts(harness, ada, 'Refund Chat', 'Refund V2', 'Refund');
      const page = await harness.open('/inbox', { person: ada });
      await heading(page, 'Inbox').waitFor();
      const others: string[] = [];
      page.context().on('page', (opened) => others.push(opened.url()));

      // Results push the first command down; the selection stays on top.
      await page.keyboard.press('Control+k');
      await search(page).fill('ref');
      await option(page, 'Refund').waitFor();
      expect(await page.getByRole('option').allTextContents()).toEqual([
        'Refund',
        'Refund V2',
        'Refund Chat',
        'API reference',
      ]);
      expect(await page.getByRole('option', { selected: true }).textContent()).toBe('Refund');
      await harness.expectAccessible(page);
      await page.keyboard.press('Enter');
      await heading(page, 'Refund').waitFor();
      expect(others).toEqual([]);

      // A name and Enter in one go wait for the search.
      await page.keyboard.press('Control+k');
      await search(page).waitFor();
      await page.keyboard.type('chat');
      await page.keyboard.press('Enter');
      await heading(page, 'Refund Chat').waitFor();
      await search(page).waitFor({ state: 'detached' });

      // Favourites and recent prompts come first, without the one that is shown.
      await page.keyboard.press('s');
      await toastSays(page, 'Added “Refund Chat” to your favourites');
      await page.getByRole('button', { name: 'Remove from favourites' }).waitFor();
      await page.goto('/inbox');
      await heading(page, 'Inbox').waitFor();
      await page.keyboard.press('Control+k');
      const favourites = page.getByRole('group', { name: 'Favourites' });
      await favourites.getByRole('option', { name: 'Refund Chat' }).waitFor();
      const recent = page.getByRole('group', { name: 'Recent prompts' });
      expect(await recent.getByRole('option').allTextContents()).toEqual(['Refund']);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await heading(page, 'Refund').waitFor();
    }, 180_000);
  });

  describe('a user of two organizations', () => {
    it('lands where there are prompts, follows links into the right frame, and stays where they chose to be', async () => {
      const harness = started();
      // Everybody begins with an organization of their own, which stays empty here.
      const grace = await harness.person('grace');
      const ada = await harness.person('ada');
      const { token, organizationId } = ada;
      await harness.api.call('PUT', `/v1/orgs/${organizationId}`, { token, body: { name: 'Acme' } });
      const body = { user_id: grace.userId };
      await harness.api.call('POST', `/v1/teams/${ada.teamId}/members`, { token, body });
      const [id = ''] = await prompts(harness, ada, 'Refund');

      const page = await harness.open('/', { person: grace });
      await organization(page, 'Acme').waitFor();
      await page.getByRole('link', { name: 'Refund', exact: true }).waitFor();

      // The own organization, which is empty, says where else she is.
      await organization(page, 'Acme').click();
      await page.getByRole('menuitemradio', { name: /Admin/ }).click();
      await page.getByText('You are also in:').waitFor();
      await page.reload();
      await page.getByText('You are also in:').waitFor();
      await harness.expectAccessible(page);

      // A link leads into the frame of its organization, for all pages about a prompt.
      await page.goto(`/prompts/${id}`);
      await organization(page, 'Acme').waitFor();
      const way = page.getByRole('navigation', { name: 'Breadcrumb' });
      await way.getByRole('link', { name: 'Default Team' }).click();
      await page.getByRole('link', { name: 'Refund', exact: true }).waitFor();
      await page.reload();
      await organization(page, 'Acme').waitFor();
    }, 180_000);
  });

  describe('a young organization', () => {
    it('is led from its first prompt to the first render', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      const page = await harness.open('/prompts', { person: ada });
      await page.getByText('0 of 5 done').waitFor();
      await page.getByRole('listitem').getByRole('button', { name: 'New prompt' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Welcome');
      await page.getByRole('button', { name: 'Create prompt' }).click();
      await heading(page, 'Welcome').waitFor();
      await page.getByRole('button', { name: 'Greeting' }).click();
      await page.getByRole('textbox', { name: /^Template/ }).waitFor();
      const [, id = ''] = /prompts\/([^/]+)\//.exec(page.url()) ?? [];
      await page.getByRole('link', { name: 'Get started 1 of 5' }).click();
      await heading(page, 'Get started').waitFor();
      await harness.inspect('get-started', '/get-started', ada, (view) =>
        view.getByText('1 of 5 done').waitFor(),
      );

      await harness.api.call('POST', `/v1/prompts/${id}/payloads`, {
        token,
        body: { name: 'Ada', variables: { name: 'Ada' } },
      });
      for (const _step of ['stable', 'live'])
        await harness.api.call('POST', `/v1/prompts/${id}/versions/1/promote`, { token });
      await page.goto('/prompts');
      await page.getByText('Get started: 3 of 5 done').waitFor();
      await harness.inspect('list-get-started', '/prompts', ada, (view) =>
        view.getByText('Get started: 3 of 5 done').waitFor(),
      );
      await page.getByRole('link', { name: 'Next step' }).click();
      await page.getByRole('link', { name: 'Open API keys' }).waitFor();
      const key = await harness.shape('POST', '/v1/api-keys', {
        token,
        body: { name: 'web', org_id: ada.organizationId },
      });
      await harness.api.call('POST', '/v1/prompts/welcome/render', {
        token: key.text('key'),
        body: { variables: { name: 'Ada' } },
      });
      await page.reload();
      // px0 counts renders every few seconds; the page looks again by itself.
      await page.getByText('You’re all set').waitFor();
      await harness.expectAccessible(page);
      await page.getByRole('button', { name: 'Done', exact: true }).click();
      await page.getByText('Nothing left to set up').waitFor();
      expect(await page.getByRole('link', { name: /^Get started/ }).count()).toBe(0);
    }, 180_000);
  });

  describe('the Tab key', () => {
    it('is enough to write, promote and compare a version, and to create a key', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      const [id = ''] = await prompts(harness, ada, 'Refund');
      const body = { template: 'Dear {{.name}}.' };
      await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body });
      for (const _step of ['stable', 'live'])
        await harness.api.call('POST', `/v1/prompts/${id}/versions/1/promote`, { token });
      const page = await harness.open(`/prompts/${id}`, { person: ada });
      await heading(page, 'Refund').waitFor();

      // Write.
      await pressAt(page, page.getByRole('button', { name: 'New version' }));
      const fromLive = page.getByRole('menuitem', { name: /^From the live version/ });
      await eventually(() => hasFocus(fromLive), { what: 'the focus on the first item' });
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByRole('textbox', { name: 'Template of version 2' }));
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('Hello {{.name}}!');
      await page.getByRole('status').getByText('Saved', { exact: true }).waitFor();

      // Promote, by buttons that name their key.
      const dialog = page.getByRole('alertdialog');
      for (const verb of ['Mark stable', 'Make live']) {
        const button = page.getByRole('button', { name: verb, exact: true });
        await tabTo(page, button, 'Shift+Tab');
        await page.getByRole('tooltip').getByText(verb).waitFor();
        expect(await button.getAttribute('aria-keyshortcuts')).toMatch(/^(?:Control|Meta)\+Shift\+Enter$/);
        await page.keyboard.press('Enter');
        await pressAt(page, dialog.getByRole('button', { name: verb }));
        await dialog.waitFor({ state: 'detached' });
      }

      // Compare.
      await pressAt(page, page.getByRole('link', { name: 'Compare', exact: true }), 'Shift+Tab');
      await heading(page, 'Compare versions').waitFor();

      // Create a key.
      await pressAt(page, page.getByRole('link', { name: 'API keys' }), 'Shift+Tab');
      await heading(page, 'API keys').waitFor();
      await pressAt(page, page.getByRole('main').getByRole('button', { name: 'New API key' }).first());
      await tabTo(page, page.getByRole('dialog').getByLabel('Name', { exact: true }));
      await page.keyboard.type('web');
      await page.keyboard.press('Enter');
      await pressAt(
        page,
        page.getByRole('dialog', { name: 'Your key for web' }).getByRole('button', { name: 'Done' }),
      );
      await page.getByRole('row').filter({ hasText: 'web' }).waitFor();

      // The keys for comparing: one where nobody writes, and one while they do.
      await page.goto(`/prompts/${id}`);
      await heading(page, 'Refund').waitFor();
      await page.keyboard.press('d');
      await heading(page, 'Compare versions').waitFor();
      await page.goto(`/prompts/${id}/versions/2`);
      await page.getByRole('textbox', { name: 'Template of version 2' }).waitFor();
      await page.keyboard.press('Control+Shift+d');
      await heading(page, 'Compare versions').waitFor();
    }, 180_000);
  });

  describe('the frame', () => {
    it('stays while px0 is away, says so, and fills when it is back', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const page = await harness.open('/prompts', { person: ada });
      await heading(page, 'Prompts').waitFor();
      harness.expectOutage(page);
      await page.route('**/v1/**', (route) =>
        route.fulfill({ status: 503, json: { error: 'service unavailable' } }),
      );
      await page.reload();
      await heading(page, 'Could not load this page').waitFor();
      await page.getByText('px0 is temporarily unavailable.').waitFor();
      await organization(page, 'Not available').waitFor();
      await page.getByRole('button', { name: `Account: ${ada.email}` }).click();
      await page.getByRole('menuitemradio', { name: 'Dark' }).click();
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
      await harness.expectAccessible(page);
      await page.unroute('**/v1/**');
      await page.getByRole('button', { name: 'Try again' }).click();
      await heading(page, 'Prompts').waitFor();
      await page.getByText('0 of 5 done').waitFor();

      // A page that fails alone keeps the frame, too.
      await page.goto(`/prompts/${randomUUID()}`);
      await heading(page, 'Page not found').waitFor();
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
    }, 180_000);
  });
}

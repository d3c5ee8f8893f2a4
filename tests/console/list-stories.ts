/** Stories about finding prompts, and about seeing what others did with them and why. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, type Person, toastSays } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

const tutor = {
  messages: [
    { role: 'system', template: 'You are a tutor of {{.subject}}.' },
    { placeholder: 'history' },
    { role: 'user', template: '{{.question}}' },
    { role: 'assistant', template: 'Let us see.' },
  ],
  config: { model: 'gpt-x', temperature: 0.2 },
  note: 'First try at a tutor',
};

interface PromptFields {
  readonly name: string;
  readonly description?: string;
  readonly folder?: string;
}

async function promptOf(
  harness: ConsoleHarness,
  { token, teamId }: Person,
  fields: PromptFields,
  versions: readonly object[] = [],
): Promise<string> {
  const created = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body: fields });
  const id = created.text('prompt', 'id');
  for (const body of versions) {
    await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body });
  }
  return id;
}

export function listStories(started: () => ConsoleHarness): void {
  describe('the list of prompts', () => {
    it('shows a colleague what is live, who changed it and why', async () => {
      const harness = started();
      // Her own organization is the older one, in which the console begins; the link leads to that of the team.
      const grace = await harness.person('grace');
      const ada = await harness.person('ada');
      const { token } = ada;
      await harness.api.call('POST', `/v1/teams/${ada.teamId}/members`, {
        token,
        body: { user_id: grace.userId },
      });
      const id = await promptOf(harness, ada, { name: 'Tutor' }, [tutor]);
      await harness.api.call('POST', `/v1/prompts/${id}/versions/1/promote`, { token });
      await harness.api.call('POST', `/v1/prompts/${id}/versions/1/tags`, { token, body: { tag: 'beta' } });

      const other = await harness.open(`/prompts?team=${ada.teamId}`, { person: grace });
      const found = row(other, 'Tutor');
      await found.getByText('Not live').waitFor();
      const page = await harness.open(`/prompts/${id}`, { person: ada });
      const card = page.getByRole('article', { name: 'Version 1' });
      await card.getByText('First try at a tutor').waitFor();
      await card.getByText('You created it').waitFor();
      await card.getByText('You are a tutor of {{.subject}}.').waitFor();
      await card.getByText('gpt-x, 1 model setting').waitFor();
      await card.getByRole('button', { name: 'Make live' }).click();
      const dialog = page.getByRole('alertdialog');
      await dialog.getByLabel('Note (optional)').fill('Teachers asked for it\nbefore the holidays');
      await dialog.getByText('41 of 2,000 characters.').waitFor();
      await dialog.getByRole('button', { name: 'Make live' }).click();
      await toastSays(page, 'Version 1 is live');

      await other.reload();
      await found.getByText('v1 live').waitFor();
      await found.getByText('Chat', { exact: true }).waitFor();
      await found.getByText('beta').waitFor();
      await found.getByText(`${ada.email} made version 1 live`).waitFor();
      await found.getByText('Teachers asked for it').waitFor();
      await harness.expectAccessible(other);
      await found.getByRole('link', { name: 'Tutor' }).click();
      await heading(other, 'Tutor').waitFor();
      const seen = other.getByRole('article', { name: 'Version 1' });
      await seen.getByText('Teachers asked for it').waitFor();
      await seen.getByText(`${ada.email} made version 1 live`).waitFor();
      await other.getByRole('tab', { name: 'Activity' }).click();
      await other.getByText('before the holidays').waitFor();
      expect(other.url()).toContain('tab=activity');

      // Back in her own organization, the team of the link is no filter.
      await other.goto(`/prompts?team=${ada.teamId}`);
      await found.waitFor();
      await other.getByRole('button', { name: /Organization:/ }).click();
      await other.getByRole('menuitemradio', { name: /Admin/ }).click();
      await other.getByText('Write your first prompt').waitFor();
      expect(new URL(other.url()).search).toBe('');
      await harness.inspect('list-chat-prompt', `/prompts/${id}`, ada, (view) =>
        view.getByText('Teachers asked for it').first().waitFor(),
      );
      await harness.inspect('list-summary', '/prompts', ada, (view) =>
        row(view, 'Tutor').getByText('v1 live').waitFor(),
      );
    }, 180_000);
  });

  describe('the list of several teams', () => {
    it('is in one order by the last change, and tells drafts, tags and versions', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      const made = await harness.shape('POST', `/v1/orgs/${ada.organizationId}/teams`, {
        token,
        body: { name: 'Search team', org_id: ada.organizationId },
      });
      const search = { ...ada, teamId: made.text('team', 'id') };
      const [one, two] = ['First of the default team', 'Second of the search team'];
      const first = await promptOf(harness, ada, { name: one }, [{ template: 'a' }, { template: 'b' }]);
      await promptOf(harness, search, { name: two }, [{ template: 'c' }]);
      await promptOf(harness, ada, { name: 'Third without versions' });
      await harness.api.call('POST', `/v1/prompts/${first}/versions/1/promote`, { token });
      await harness.api.call('POST', `/v1/prompts/${first}/versions/1/promote`, { token });
      await harness.api.call('POST', `/v1/prompts/${first}/versions/2/tags`, {
        token,
        body: { tag: 'staging' },
      });

      const page = await harness.open('/prompts', { person: ada });
      const names = () => page.locator('a[data-row]').allTextContents();
      await row(page, one).getByText('v1 live').waitFor();
      // The version was made live and tagged after the others were created, in the other team, too.
      expect(await names()).toEqual([one, 'Third without versions', two]);
      await row(page, one).getByText('v2 draft').waitFor();
      await row(page, one).getByText('staging v2').waitFor();
      await row(page, one).getByText('2 versions').waitFor();
      await row(page, one).getByText('No renders').waitFor();
      await row(page, two).getByText('Not live').waitFor();
      await choose(page, 'Sort by', 'Name (A–Z)');
      await page.waitForURL(/sort=name/);
      await expect.poll(names, { timeout: 60_000 }).toEqual([one, two, 'Third without versions']);
      await row(page, two).getByRole('link', { name: 'Team Search team' }).click();
      await page.waitForURL(/team=/);
      await expect.poll(names, { timeout: 60_000 }).toEqual([two]);
      // The team of the filter is the one of a new prompt, and of the next one.
      await page.getByRole('button', { name: 'New prompt' }).click();
      await page
        .getByRole('dialog')
        .getByRole('combobox', { name: 'Team' })
        .getByText('Search team')
        .waitFor();
      await page.keyboard.press('Escape');
      await choose(page, 'Team', 'All your teams');
      await expect.poll(names, { timeout: 60_000 }).toHaveLength(3);
      await page.getByRole('button', { name: 'New prompt' }).click();
      await page
        .getByRole('dialog')
        .getByRole('combobox', { name: 'Team' })
        .getByText('Search team')
        .waitFor();
      await page.keyboard.press('Escape');
      await choose(page, 'Tag', 'staging');
      await page.waitForURL(/tag=staging/);
      await expect.poll(names, { timeout: 60_000 }).toEqual([one]);

      // On a phone the filters take no room until they are asked for.
      await page.setViewportSize({ width: 390, height: 844 });
      const filters = page.getByRole('button', { name: 'Filters (1)' });
      await filters.waitFor();
      expect(await page.getByRole('combobox', { name: 'Tag' }).count()).toBe(0);
      await filters.click();
      await page.getByRole('combobox', { name: 'Tag' }).getByText('staging').waitFor();
      await harness.expectAccessible(page);
      await choose(page, 'Tag', 'Any tag');
      await row(page, one).getByText('No renders in 30 days').waitFor();
    }, 180_000);

    it('changes many prompts at once, and says which it could not change', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      const ids: string[] = [];
      for (const name of ['Alpha', 'Beta', 'Gamma', 'Delta']) {
        ids.push(await promptOf(harness, ada, { name }, [{ template: name }]));
      }
      const [alpha = '', beta = ''] = ids;
      await harness.api.call('POST', `/v1/prompts/${alpha}/versions/1/promote`, { token });
      await harness.api.call('POST', `/v1/prompts/${alpha}/versions/1/promote`, { token });
      const statusOf = async (id: string) =>
        (await harness.shape('GET', `/v1/prompts/${id}`, { token })).text('prompt', 'status');

      const page = await harness.open('/prompts?sort=name', { person: ada });
      const box = (name: string) => page.getByRole('checkbox', { name: `Select ${name}` });
      const bar = page.getByRole('region', { name: 'Selected prompts' });
      const act = (name: string) => bar.getByRole('button', { name });
      await box('Alpha').click();
      await bar.getByText('1 selected').waitFor();
      await box('Delta').click({ modifiers: ['Shift'] });
      await bar.getByText('3 selected').waitFor();
      // By keyboard: the row that has the focus.
      await page.getByRole('link', { name: 'Gamma', exact: true }).focus();
      await page.keyboard.press('x');
      await bar.getByText('4 selected').waitFor();
      await page.keyboard.press('x');
      await bar.getByText('3 selected').waitFor();
      await harness.expectAccessible(page);

      await act('Tag…').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Tag', { exact: true }).fill('prod');
      await dialog.getByText('2 prompts without a live version will be left out.').waitFor();
      await harness.expectAccessible(page);
      await dialog.getByRole('button', { name: 'Set tag' }).click();
      await toastSays(page, 'Tagged 1 prompt');
      await row(page, 'Alpha').getByText('prod').waitFor();

      for (const name of ['Alpha', 'Beta']) await box(name).click();
      await act('Move to folder…').click();
      await dialog.getByLabel('Folder', { exact: true }).fill('news');
      await dialog.getByRole('button', { name: 'Move prompts' }).click();
      await toastSays(page, 'Moved 2 prompts');
      await row(page, 'Beta').getByRole('link', { name: 'news' }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await row(page, 'Beta').getByRole('link', { name: 'news' }).waitFor({ state: 'detached' });

      await box('Beta').click();
      await act('Select all 4').click();
      const [download] = await Promise.all([page.waitForEvent('download'), act('Export').click()]);
      expect(download.suggestedFilename()).toBe('default-team-prompts.json');
      const file = JSON.parse(await readFile((await download.path()) ?? '', 'utf8')) as {
        document: { prompts: { slug: string }[] };
      };
      expect(file.document.prompts.map(({ slug }) => slug)).toEqual(['alpha', 'beta', 'delta', 'gamma']);

      // One of them cannot be archived, and stays selected.
      harness.expectOutage(page);
      await page.route(`**/v1/prompts/${beta}/archive`, (route) =>
        route.fulfill({ status: 503, json: { error: 'service unavailable' } }),
      );
      const archived = page.waitForResponse(`**/v1/prompts/${alpha}/archive`);
      await act('Archive').click();
      expect((await archived).status()).toBe(200);
      await toastSays(page, 'Archived 3 prompts');
      await page.getByRole('button', { name: 'Undo' }).last().click();
      const alert = page.getByRole('alert').filter({ hasText: 'Could not archive 1 prompt' });
      await alert.getByText('Beta: px0 is temporarily unavailable').waitFor();
      await bar.getByText('1 selected').waitFor();
      await harness.expectAccessible(page);
      await row(page, 'Alpha').waitFor();
      expect([await statusOf(alpha), await statusOf(beta)]).toEqual(['active', 'active']);
      await page.setViewportSize({ width: 390, height: 844 });
      // On a phone the actions are a menu, so that the bar is one line.
      await act('Actions').click();
      await page.getByRole('menuitem', { name: 'Export' }).waitFor();
      await harness.expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
      expect((await bar.boundingBox())?.height).toBeLessThan(50);
      // It lies on rows, but never on the one that has the focus.
      for (const name of ['Alpha', 'Beta', 'Delta', 'Gamma']) {
        const whole = page.getByRole('list', { name: 'Prompts', exact: true }).locator(row(page, name));
        const targets = [
          page.getByRole('link', { name, exact: true }),
          box(name),
          page.getByRole('button', { name: `Actions for ${name}` }),
        ];
        for (const target of targets) {
          await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
          await target.focus();
          const isAbove = async (): Promise<boolean> => {
            const [focused, lying] = await Promise.all([whole.boundingBox(), bar.boundingBox()]);
            return focused !== null && lying !== null && focused.y + focused.height <= lying.y;
          };
          await expect.poll(isAbove, { message: String(target), timeout: 60_000 }).toBe(true);
        }
        await harness.expectAccessible(page);
      }
    }, 180_000);
  });

  describe('folders', () => {
    it('narrow the list, take prompts by mouse and by keyboard, hold new ones, and move', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      await promptOf(harness, ada, { name: 'Refund', folder: 'support/mail' });
      await promptOf(harness, ada, { name: 'Greeting', folder: 'support' });
      const digest = await promptOf(harness, ada, { name: 'Digest' });
      const loose = await promptOf(harness, ada, { name: 'Loose' });
      const folderOf = async (id: string) =>
        (await harness.shape('GET', `/v1/prompts/${id}`, { token })).text('prompt', 'folder');

      const page = await harness.open('/prompts', { person: ada });
      const tree = page.getByRole('navigation', { name: 'Folders' });
      const link = (name: string) => page.getByRole('link', { name, exact: true });
      await tree.getByRole('link', { name: 'support 2 prompts' }).click();
      await page.waitForURL(/folder=support/);
      await link('Digest').waitFor({ state: 'detached' });
      await link('Refund').waitFor();
      await tree.getByRole('link', { name: 'mail 1 prompt' }).click();
      await link('Greeting').waitFor({ state: 'detached' });
      const way = page.getByRole('navigation', { name: 'Folder', exact: true });
      await way.getByRole('link', { name: 'support' }).click();
      await link('Greeting').waitFor();
      await tree.getByRole('link', { name: 'No folder' }).click();
      await link('Greeting').waitFor({ state: 'detached' });

      // By mouse: onto a folder.
      await link('Digest').dragTo(tree.getByRole('link', { name: /^support/ }));
      await toastSays(page, 'Moved “Digest” to “support”');
      await link('Digest').waitFor({ state: 'detached' });
      expect(await folderOf(digest)).toBe('support');

      // By keyboard: with the menu of the row.
      await page.getByRole('button', { name: 'Actions for Loose' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Move to folder…' }).press('Enter');
      const field = page.getByRole('dialog').getByLabel('Folder', { exact: true });
      await field.waitFor();
      await page.keyboard.type(' news / weekly ');
      await harness.expectAccessible(page);
      await page.keyboard.press('Enter');
      await toastSays(page, 'Moved “Loose” to “news/weekly”');
      expect(await folderOf(loose)).toBe('news/weekly');
      await page
        .getByRole('region', { name: 'Notifications' })
        .getByRole('button', { name: 'Undo' })
        .last()
        .click();
      await link('Loose').waitFor();

      // A new prompt is made in the folder that is shown.
      await tree.getByRole('link', { name: /^support/ }).click();
      await link('Greeting').waitFor();
      await page.keyboard.press('c');
      await page.getByLabel('Name', { exact: true }).fill('Apology');
      await page.getByRole('button', { name: 'Create prompt' }).click();
      await heading(page, 'Apology').waitFor();
      await page
        .getByRole('navigation', { name: 'Breadcrumb' })
        .getByRole('link', { name: 'support' })
        .click();
      await link('Apology').waitFor();

      // The folder gets another name, with all that is in it.
      await page.getByRole('button', { name: 'Rename or move' }).click();
      await page.getByLabel('New path').fill('help');
      await page.getByRole('button', { name: 'Move folder' }).click();
      await toastSays(page, 'Moved 4 prompts');
      await page.waitForURL(/folder=help/);
      await tree.getByRole('link', { name: 'help 4 prompts' }).waitFor();
      expect(await folderOf(digest)).toBe('help');
      await page.goto(`/prompts/${digest}?tab=activity`);
      await page.getByText('moved the prompt into the folder “help”').waitFor();
      await harness.inspect('list-folders', '/prompts?folder=help', ada, (view) =>
        view.getByRole('link', { name: 'Refund', exact: true }).waitFor(),
      );
    }, 180_000);
  });

  describe('the search', () => {
    it('finds words in what versions say, if the switch is on', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      await promptOf(harness, ada, { name: 'Tutor' }, [tutor]);
      await promptOf(harness, ada, { name: 'Digest' }, [{ template: 'Sum up {{.news}}.' }]);
      const page = await harness.open('/prompts?q=tutor', { person: ada });
      const link = (name: string) => page.getByRole('link', { name, exact: true });
      await link('Tutor').waitFor();
      await page.getByRole('textbox', { name: /^Search by name/ }).fill('subject');
      await page.getByText('No matching prompts').waitFor();
      await page.getByRole('checkbox', { name: 'Search the content of versions' }).click();
      await page.waitForURL(/in=content/);
      await link('Tutor').waitFor();
      expect(await link('Digest').count()).toBe(0);
      await page.getByRole('textbox', { name: 'Search by content' }).fill('nowhere');
      await page.getByText('Search looks for words in the live version').waitFor();
    }, 180_000);
  });

  describe('two versions of a conversation', () => {
    it('are compared as people write them, with their configuration, before a promotion and on a page', async () => {
      const harness = started();
      const ada = await harness.person('ada');
      const { token } = ada;
      const changed = {
        ...tutor,
        messages: [{ role: 'system', template: 'You are a kind tutor.' }, ...tutor.messages.slice(1)],
        config: { temperature: 0.7, model: 'gpt-x' },
        note: 'Friendlier',
      };
      const id = await promptOf(harness, ada, { name: 'Tutor' }, [tutor, changed]);
      for (const version of [1, 1, 2]) {
        await harness.api.call('POST', `/v1/prompts/${id}/versions/${version}/promote`, { token });
      }
      await harness.inspect('promotion-of-chat', `/prompts/${id}`, ada, async (view) => {
        const dialog = view.getByRole('alertdialog');
        if (!(await dialog.isVisible())) {
          const card = view.getByRole('article', { name: 'Version 2' });
          await card.getByRole('button', { name: 'Make live' }).click();
        }
        const messages = dialog.getByRole('region', { name: 'Diff of Version 1, live and Version 2' });
        await messages.getByText('system:').waitFor();
        await messages.getByText('placeholder: history?').waitFor();
        const config = dialog.getByRole('region', { name: 'Configuration', exact: true });
        await config.getByText('"temperature": 0.7').waitFor();
      });

      const page = await harness.open(`/prompts/${id}/compare?from=1&to=2`, { person: ada });
      await page.getByRole('combobox', { name: 'Compare' }).getByText('Messages').waitFor();
      const compared = page.getByRole('region', { name: 'Diff of Version 1, live and Version 2' });
      await compared.getByText('You are a kind tutor.').waitFor();
      expect(await compared.getByText('{{define').count()).toBe(0);
      await page.getByText('Friendlier').waitFor();
      // The order of the settings makes no difference.
      await page.getByRole('tab', { name: 'Configuration, changed' }).click();
      await page.waitForURL(/part=config/);
      const settings = page.getByRole('region', { name: /^Diff of Configuration of version 1/ });
      await settings.getByText('"temperature": 0.7').waitFor();
      await page.getByText('+1 lines added').waitFor();
      expect(await page.getByText('You are a kind tutor.').count()).toBe(0);
      for (const part of ['', '&part=config'])
        await harness.inspect(
          `compare-chats${part === '' ? '' : '-configuration'}`,
          `/prompts/${id}/compare?from=1&to=2${part}`,
          ada,
          (view) => view.getByText('Friendlier').waitFor(),
        );
    }, 180_000);
  });
}

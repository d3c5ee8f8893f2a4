/** Stories about finding prompts, and about seeing what others did with them and why. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, type Person, toastSays } from './console-harness.ts';

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
      const [ada, grace] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      const { token } = ada;
      await harness.api.call('POST', `/v1/teams/${ada.teamId}/members`, {
        token,
        body: { user_id: grace.userId },
      });
      const id = await promptOf(harness, ada, { name: 'Tutor' }, [tutor]);
      await harness.api.call('POST', `/v1/prompts/${id}/versions/1/promote`, { token });
      await harness.api.call('POST', `/v1/prompts/${id}/versions/1/tags`, { token, body: { tag: 'beta' } });

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

      const other = await harness.open(`/prompts?team=${ada.teamId}`, { person: grace });
      const found = row(other, 'Tutor');
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
      await harness.inspect('list-chat-prompt', `/prompts/${id}`, ada, (view) =>
        view.getByText('Teachers asked for it').first().waitFor(),
      );
      await harness.inspect('list-summary', '/prompts', ada, (view) =>
        row(view, 'Tutor').getByText('v1 live').waitFor(),
      );
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
      const page = await harness.open(`/prompts/${id}`, { person: ada });
      const card = page.getByRole('article', { name: 'Version 2' });
      await card.getByRole('button', { name: 'Make live' }).click();
      const dialog = page.getByRole('alertdialog');
      const messages = dialog.getByRole('region', { name: 'Diff of Version 1, live and Version 2' });
      await messages.getByText('system:').waitFor();
      await messages.getByText('placeholder: history?').waitFor();
      const config = dialog.getByRole('region', { name: 'Configuration', exact: true });
      await config.getByText('"temperature": 0.7').waitFor();
      await harness.expectAccessible(page);
      await dialog.getByRole('button', { name: 'Cancel' }).click();

      await page.goto(`/prompts/${id}/compare?from=1&to=2`);
      await page.getByRole('combobox', { name: 'Compare' }).getByText('Messages').waitFor();
      const compared = page.getByRole('region', { name: 'Diff of Version 1, live and Version 2' });
      await compared.getByText('You are a kind tutor.').waitFor();
      expect(await compared.getByText('{{define').count()).toBe(0);
      await page.getByText('Friendlier').waitFor();
      // The order of the settings makes no difference.
      const settings = page.getByRole('region', { name: 'Configuration', exact: true });
      await settings.getByText('+1 lines added').waitFor();
      await harness.inspect('compare-chats', `/prompts/${id}/compare?from=1&to=2`, ada, (view) =>
        view.getByText('Friendlier').waitFor(),
      );
    }, 180_000);
  });
}
